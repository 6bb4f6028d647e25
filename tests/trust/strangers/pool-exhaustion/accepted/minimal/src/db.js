import pg from 'pg';

import { config } from './config.js';
import { Refused } from './errors.js';
import { log } from './log.js';

export const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: Math.max(1, config.pool.max),
  // 0 would mean "wait for ever" to the pool.
  connectionTimeoutMillis: Math.max(1, config.pool.acquireTimeoutMs),
  idleTimeoutMillis: config.pool.idleTimeoutMs,
  keepAlive: true,
});

// A connection that ends is reported as an event, of the pool where it was idle, of itself where it was lent. An event that
// nobody hears ends the process; the requests that are affected learn of it from their own queries.
pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));
pool.on('connect', (client) => {
  client.on('error', (error) => log('warn', 'a connection ended', { reason: error.message }));
});

async function borrow() {
  try {
    return await pool.connect();
  } catch (error) {
    // None came free in time, or none can be opened. To the customer it is the same.
    log('warn', 'no connection', { reason: error.message || error.code });
    throw new Refused(503, 'unavailable');
  }
}

/** Runs `work` with a connection of its own, outside of a transaction. */
export async function withConnection(work) {
  const client = await borrow();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

/**
 * Runs `work` in a transaction, and commits what it did. Where it throws, the transaction is undone. The connection is given back
 * in any case: clean, or, where it could not be cleaned, to be closed. Resolves with null, without having begun, where the
 * caller has gone away (`left`) by the time a connection was free.
 */
export async function transaction(work, left) {
  const client = await borrow();
  let broken;
  try {
    if (left?.aborted) return null;
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
