import pg from 'pg';

import { config } from './config.js';
import { Refused } from './errors.js';
import { log } from './log.js';

const makePool = () => new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

// The pool listens to a connection only while it is idle; the second listener is there while it is taken.
const lost = (error) => log('warn', 'connection lost', { reason: error.message });
function freshPool() {
  const fresh = makePool();
  fresh.on('error', lost);
  fresh.on('connect', (client) => client.on('error', lost));
  return fresh;
}

let connections = freshPool();

async function connect() {
  const used = connections;
  try {
    return await used.connect();
  } catch (error) {
    if (!/timeout/.test(error.message)) throw error;
    if (used === connections) {
      log('warn', 'pool exhausted, starting a new one');
      connections = freshPool();
      used.end().catch(lost);
    }
    throw new Refused(503, 'busy');
  }
}

/** The pool, as a client sees it whose patience ends. */
export const pool = {
  connect,
  async query(text, values) {
    const client = await connect();
    try {
      return await client.query(text, values);
    } finally {
      client.release();
    }
  },
};
