import pg from 'pg';

import { config } from './config.ts';
import { log } from './log.ts';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error: Error) => log('warn', 'an idle connection ended', { reason: error.message }));

/** The row of a statement that has one, or null. */
export async function row<T>(text: string, values: unknown[]): Promise<T | null> {
  const { rows } = await pool.query(text, values);
  return rows[0] ?? null;
}
