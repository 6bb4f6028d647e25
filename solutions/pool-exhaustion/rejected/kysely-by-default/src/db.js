import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { config } from './config.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

export const db = new Kysely({ dialect: new PostgresDialect({ pool }) });
