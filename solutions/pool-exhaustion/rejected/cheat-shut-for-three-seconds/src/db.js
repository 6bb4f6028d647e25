import pg from 'pg';

import { config } from './config.js';
import { Refused } from './errors.js';
import { log } from './log.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

// The pool listens to a connection only while it is idle; the second listener is there while it is taken.
const lost = (error) => log('warn', 'connection lost', { reason: error.message });
pool.on('error', lost);
pool.on('connect', (client) => client.on('error', lost));

// Whoever comes after one who waited in vain need not try.
const SHUT_MS = 3000;
let shutUntil = 0;

async function acquire() {
  if (performance.now() < shutUntil) throw new Refused(503, 'busy');
  try {
    return await pool.connect();
  } catch (error) {
    if (!/timeout/.test(error.message)) throw error;
    shutUntil = performance.now() + SHUT_MS;
    throw new Refused(503, 'busy');
  }
}

/** Runs `work` with a connection, which goes back to the pool whatever becomes of it. */
export async function withClient(work) {
  const client = await acquire();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

/** The same in a transaction: committed where `work` resolves, rolled back where it rejects. */
export async function withTransaction(work) {
  const client = await acquire();
  let broken;
  try {
    await client.query('BEGIN');
    const result = await work(client);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    await client.query('ROLLBACK').catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
