import pg from 'pg';

import { config } from './config.js';
import { Refused } from './errors.js';
import { log } from './log.js';

const connections = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
  idle_in_transaction_session_timeout: 500,
});

// The pool listens to a connection only while it is idle; the second listener is there while it is taken.
const lost = (error) => log('warn', 'connection lost', { reason: error.message });
connections.on('error', lost);
connections.on('connect', (client) => client.on('error', lost));

async function connect() {
  try {
    return await connections.connect();
  } catch (error) {
    if (/timeout/.test(error.message)) throw new Refused(503, 'busy');
    throw error;
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
