import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { digestOf, seal } from './seal.js';

export function renderReport({ reference, passphrase, loans }, iterations) {
  const schedules = loans.map((loan) => ({ id: loan.id, rows: scheduleOf(loan) }));
  const all = schedules.flatMap((schedule) => schedule.rows);
  const totals = totalsOf(all);
  const digest = digestOf(canonicalJson({ reference, totals, schedules }));
  return {
    reference,
    rows: all.length,
    ...totals,
    digest: digest.toString('hex'),
    ...seal(digest, passphrase, iterations),
  };
}
