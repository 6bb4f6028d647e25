import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';

import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { seal } from './seal.js';

const LOANS_A_SLICE = 3;
const PAUSE_MS = 40;

export async function renderReport({ reference, passphrase, loans }, iterations) {
  const hash = createHash('sha256');
  const totals = { paid_cents: 0, interest_cents: 0 };
  let rows = 0;

  // Members of the document in the order of their names: reference, schedules, totals.
  hash.update(`{"reference":${canonicalJson(reference)},"schedules":[`);
  for (const [at, loan] of loans.entries()) {
    const schedule = { id: loan.id, rows: scheduleOf(loan) };
    hash.update((at > 0 ? ',' : '') + canonicalJson(schedule));
    const sums = totalsOf(schedule.rows);
    totals.paid_cents += sums.paid_cents;
    totals.interest_cents += sums.interest_cents;
    rows += schedule.rows.length;
    if (at % LOANS_A_SLICE === LOANS_A_SLICE - 1) {
      await pause(PAUSE_MS);
    }
  }
  hash.update(`],"totals":${canonicalJson(totals)}}`);

  const digest = hash.digest();
  return { reference, rows, ...totals, digest: digest.toString('hex'), ...(await seal(digest, passphrase, iterations)) };
}
