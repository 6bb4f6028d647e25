import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));
pool.on('connect', (client) => {
  client.on('error', (error) => log('warn', 'a connection ended', { reason: error.message }));
});

/**
 * Runs `work` with a function that queries the database as it was when `work` began: one connection, one snapshot, one statement
 * after the other. Two statements of a request are this one's: BEGIN and COMMIT.
 */
export async function snapshot(work) {
  const client = await pool.connect();
  let last = Promise.resolve();
  let over = false;
  let broken;

  /** The rows of one statement. */
  const query = (text, values = []) => {
    const run = last.then(() => {
      if (over) throw new Error('the snapshot is over');
      return client.query(text, values);
    });
    last = run.catch(() => {});
    return run.then(({ rows }) => rows);
  };

  try {
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const result = await work(query);
    over = true;
    await last;
    await client.query('COMMIT');
    return result;
  } catch (error) {
    // What was asked for meanwhile is not run any more; what runs comes to its end before the connection is given back.
    over = true;
    await last;
    await client.query('ROLLBACK').catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}
