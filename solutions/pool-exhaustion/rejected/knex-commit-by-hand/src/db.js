import knex from 'knex';

import { config } from './config.js';

export const db = knex({
  client: 'pg',
  connection: { connectionString: config.databaseUrl, application_name: 'bookings' },
  pool: {
    min: 0,
    max: config.pool.max,
    acquireTimeoutMillis: config.pool.acquireTimeoutMs,
    idleTimeoutMillis: config.pool.idleTimeoutMs,
  },
});
