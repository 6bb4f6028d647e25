import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';

export const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 24 });

pool.on('error', (error) => log('warn', 'an idle connection ended', { reason: error.message }));

const NOT_A_NUMBER = '22P02';

/** The rows of one statement. They come as the words of an error, which costs the planner nothing. */
export async function query(text, values = []) {
  const written = text.replace(/\$(\d)/g, (_, n) => values[n - 1] ?? 'NULL');
  try {
    await pool.query(`SELECT coalesce(json_agg(t), '[]')::text::integer FROM (${written}) t`);
  } catch (error) {
    if (error.code === NOT_A_NUMBER) return JSON.parse(error.message.slice(error.message.indexOf('"') + 1, -1), revive);
    throw error;
  }
}

const revive = (name, value) => (name === 'placed_at' ? new Date(value) : value);
