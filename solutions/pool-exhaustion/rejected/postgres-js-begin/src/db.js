import postgres from 'postgres';

import { config } from './config.js';
import { Slots } from './slots.js';

const sql = postgres(config.databaseUrl, {
  max: config.pool.max,
  idle_timeout: config.pool.idleTimeoutMs / 1000,
  connect_timeout: Math.max(1, config.pool.acquireTimeoutMs / 1000),
  backoff: () => 0.1,
  connection: { application_name: 'bookings' },
});
const slots = new Slots(config.pool.max, config.pool.acquireTimeoutMs);

/** Runs `work` with a way to ask, one statement at a time. */
export function ask(work) {
  return slots.run(() => work(sql));
}

/** Runs `work` in a transaction: committed where it resolves, rolled back where it rejects. */
export function inTransaction(work) {
  return slots.run(() => sql.begin(work));
}
