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

const GONE = /^(CONNECTION_\w+|ECONNRESET|EPIPE|57P\w\d)$/;

/**
 * Runs `work` in a transaction: committed where it resolves, rolled back where it rejects.
 *
 * Where the connection is gone there is nothing to roll back, and version 3.4.9 would throw, outside of any promise, as
 * it tries to: `begin` is left waiting, and rejects when it hears that the connection was closed.
 */
export function inTransaction(work) {
  const unlessGone = (error) => {
    if (GONE.test(error.code ?? '')) return new Promise(() => {});
    throw error;
  };
  return slots.run(() => sql.begin((trx) => work(trx).catch(unlessGone)));
}
