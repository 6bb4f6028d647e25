import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { config } from './config.js';
import { log } from './log.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

const lost = (error) => log('warn', 'connection lost', { reason: error.message });
pool.on('error', lost);
// Kysely listens to nothing while it has a connection.
pool.on('connect', (client) => client.on('error', lost));

export const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
