import postgres from 'postgres';

import { config } from './config.js';

const sql = postgres(config.databaseUrl, {
  max: 10,
  connect_timeout: 5,
  backoff: 0.2,
  // With types to fetch, the driver would ask for all of them on every new connection. The contract has no room for that.
  fetch_types: false,
  connection: { application_name: 'packing-desk' },
});

/** Runs `work` with the database as it is now: what it reads, it reads of one moment. */
export function snapshot(work) {
  return sql.begin('isolation level repeatable read read only', work);
}

export function disconnect() {
  return sql.end({ timeout: 5 });
}

/** A list of ids as one value, for `= any(${list(ids)}::integer[])`: the text of a statement is the same however many there are. */
export function list(ids) {
  return `{${[...new Set(ids)].join(',')}}`;
}
