import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { digestInPieces, seal } from './seal.js';

/** The document goes into its digest a schedule at a time; its members stand in canonical order. */
export function renderReport({ reference, passphrase, loans }, iterations) {
  const totals = { paid_cents: 0, interest_cents: 0 };
  let count = 0;

  const document = digestInPieces();
  document.add(`{"reference":${canonicalJson(reference)},"schedules":[`);
  loans.forEach((loan, at) => {
    const rows = scheduleOf(loan);
    const sums = totalsOf(rows);
    count += rows.length;
    totals.paid_cents += sums.paid_cents;
    totals.interest_cents += sums.interest_cents;
    document.add(`${at === 0 ? '' : ','}${canonicalJson({ id: loan.id, rows })}`);
  });
  document.add(`],"totals":${canonicalJson(totals)}}`);

  const digest = document.digest();
  return { reference, rows: count, ...totals, digest: digest.toString('hex'), ...seal(digest, passphrase, iterations) };
}
