import pg from 'pg';

import { config } from './config.ts';
import { log } from './log.ts';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error: Error) => log('warn', 'an idle connection ended', { reason: error.message }));

/** The rows of one statement. */
export type Query = <Row>(text: string, ...values: unknown[]) => Promise<Row[]>;

/** Runs `work` in one snapshot of the database: all that it reads is of the same moment. */
export async function inSnapshot<Result>(work: (query: Query) => Promise<Result>): Promise<Result> {
  const client = await pool.connect();
  let failure: Error | undefined;
  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(async (text, ...values) => (await client.query(text, values)).rows);
    await client.query('COMMIT');
    return result;
  } catch (error) {
    failure = error as Error;
    throw error;
  } finally {
    client.release(failure);
  }
}
