import pg from 'pg';

import { config } from './config.js';

// A presale needs room, whatever the copy was set up with.
const PRESALE_ROOM = 64;

export const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: Math.max(config.pool.max, PRESALE_ROOM),
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});
