import pg from 'pg';

import { config } from './config.js';
import { BadRequest } from './errors.js';
import { log } from './log.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));
pool.on('connect', (client) => {
  client.on('error', (error) => log('warn', 'a connection ended', { reason: error.message }));
});

/**
 * Runs `work` with a function that queries the database as it was when the first statement ran: one connection, one snapshot, so that an
 * order is never shown with the lines of one moment and the payments of another. What it adds to a request is BEGIN and COMMIT.
 */
export async function snapshot(work) {
  const client = await pool.connect();
  let broken = false;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(async (text, values = []) => (await client.query(text, values)).rows);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection on which something failed is not used again: closing it ends its transaction, too. That a request made no sense is no
    // fault of the connection's, which stays.
    broken = !(error instanceof BadRequest);
    throw error;
  } finally {
    client.release(broken);
  }
}
