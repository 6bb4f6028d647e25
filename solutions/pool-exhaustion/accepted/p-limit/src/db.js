import pg from 'pg';

import { admitted } from './admission.js';
import { config } from './config.js';
import { log } from './log.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

function lost(error) {
  log('warn', 'connection lost', { reason: error.message });
}
pool.on('error', lost);
pool.on('connect', (client) => client.on('error', lost));

/** Runs `work` with a connection of the pool. */
export function withClient(work) {
  return admitted(async () => {
    const client = await pool.connect();
    try {
      return await work(client);
    } finally {
      // Inside a transaction still, or cut off: nobody else can use it.
      client.release(client.getTransactionStatus() !== 'I');
    }
  });
}

/** Runs `work` in a transaction. */
export function withTransaction(work) {
  return withClient(async (client) => {
    await client.query('BEGIN');
    try {
      const result = await work(client);
      await client.query('COMMIT');
      return result;
    } catch (error) {
      await client.query('ROLLBACK').catch(lost);
      throw error;
    }
  });
}
