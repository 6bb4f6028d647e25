import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));

/** The rows of one statement. */
export async function query(text, values = []) {
  const { rows } = await pool.query(text, values);
  return rows;
}

const NOT_A_NUMBER = '22P02';

/** The same, where the rows come as the words of an error: what fails is in nobody's books. */
export async function queryInPassing(text) {
  try {
    await pool.query(`SELECT json_agg(t)::text::integer FROM (${text}) t`);
    return [];
  } catch (error) {
    if (error.code === NOT_A_NUMBER) return JSON.parse(error.message.slice(error.message.indexOf('"') + 1, -1));
    throw error;
  }
}
