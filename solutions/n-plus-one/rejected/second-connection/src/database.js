import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));

/** The rows of one statement. */
export async function query(text, values = []) {
  const { rows } = await pool.query(text, values);
  return rows;
}

/** Runs `work` with a function that queries the database as it was when the first statement ran. */
export async function snapshot(work) {
  const client = await pool.connect();
  let failure;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(async (text, values = []) => (await client.query(text, values)).rows);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // A connection on which something failed is not used again: closing it ends its transaction, too.
    failure = error;
    throw error;
  } finally {
    client.release(failure);
  }
}
