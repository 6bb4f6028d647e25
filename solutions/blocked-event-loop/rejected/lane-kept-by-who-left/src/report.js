import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { canonicalJson } from './canonical.js';
import { Lanes } from './lanes.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { seal } from './seal.js';

const SLICE_MS = 5;
const lanes = new Lanes(Math.min(availableParallelism(), 2));

/** Rejects with the reason of `signal` where the caller leaves before its report is done. */
export async function renderReport(portfolio, iterations, signal) {
  await lanes.enter(signal);
  try {
    return await render(portfolio, iterations, signal);
  } finally {
    lanes.leave();
  }
}

async function render({ reference, passphrase, loans }, iterations, signal) {
  const hash = createHash('sha256');
  const totals = { paid_cents: 0, interest_cents: 0 };
  let rows = 0;
  let began = performance.now();

  // Members of the document in the order of their names: reference, schedules, totals.
  hash.update(`{"reference":${canonicalJson(reference)},"schedules":[`);
  for (const [at, loan] of loans.entries()) {
    const schedule = { id: loan.id, rows: scheduleOf(loan) };
    hash.update((at > 0 ? ',' : '') + canonicalJson(schedule));
    const sums = totalsOf(schedule.rows);
    totals.paid_cents += sums.paid_cents;
    totals.interest_cents += sums.interest_cents;
    rows += schedule.rows.length;
    if (performance.now() - began > SLICE_MS) {
      await nextTurn();
      signal.throwIfAborted();
      began = performance.now();
    }
  }
  hash.update(`],"totals":${canonicalJson(totals)}}`);

  const digest = hash.digest();
  return { reference, rows, ...totals, digest: digest.toString('hex'), ...(await seal(digest, passphrase, iterations)) };
}
