import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { config } from './config.js';
import { Unavailable } from './errors.js';
import { log } from './log.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
  keepAlive: true,
  keepAliveInitialDelayMillis: 10_000,
});

const heard = (where) => (error) => log('warn', `${where} connection ended`, { reason: error.message });
pool.on('error', heard('an idle'));
pool.on('connect', (client) => client.on('error', heard('a')));

/** What Kysely is shown of the pool: a connection that is not to be had is a refusal, whatever the reason. */
const counter = {
  async connect() {
    try {
      return await pool.connect();
    } catch (error) {
      throw new Unavailable(error);
    }
  },
  end: () => pool.end(),
};

/**
 * Every connection is lent by Kysely for the length of one callback, and given back by it, whatever the callback did.
 * What goes wrong between `begin` and `commit` is rolled back first; a connection that cannot be rolled back is thrown away.
 */
export const db = new Kysely({ dialect: new PostgresDialect({ pool: counter }) });
