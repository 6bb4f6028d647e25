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
