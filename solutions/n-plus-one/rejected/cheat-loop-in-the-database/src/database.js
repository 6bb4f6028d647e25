import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';
import { SHOWN } from './shown.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));
// Waits in the connection's queue before whatever it is asked first.
pool.on('connect', (client) => void client.query(SHOWN));

/** The rows of one statement. */
export async function query(text, values = []) {
  const { rows } = await pool.query(text, values);
  return rows;
}
