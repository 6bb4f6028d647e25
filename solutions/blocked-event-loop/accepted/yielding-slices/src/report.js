import { createHash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';

import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { seal } from './seal.js';

const SLICE_MS = 5;

export async function renderReport({ reference, passphrase, loans }, iterations) {
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
      began = performance.now();
    }
  }
  hash.update(`],"totals":${canonicalJson(totals)}}`);

  const digest = hash.digest();
  return { reference, rows, ...totals, digest: digest.toString('hex'), ...(await seal(digest, passphrase, iterations)) };
}
