import { canonicalJson } from './canonical.js';
import { addTotals, scheduleOf } from './schedule.js';
import { digestInParts, seal } from './seal.js';

/**
 * The document goes into its digest a schedule at a time: as a whole it is up to 30 MB of text, several times over
 * while it is put together. Members stand in canonical order: reference, schedules, totals.
 */
export function renderReport({ reference, passphrase, loans }, iterations) {
  const totals = { paid_cents: 0, interest_cents: 0 };
  let count = 0;

  const document = digestInParts();
  document.add(`{"reference":${canonicalJson(reference)},"schedules":[`);
  loans.forEach((loan, at) => {
    const rows = scheduleOf(loan);
    count += rows.length;
    addTotals(totals, rows);
    document.add(`${at === 0 ? '' : ','}${canonicalJson({ id: loan.id, rows })}`);
  });
  document.add(`],"totals":${canonicalJson(totals)}}`);

  const digest = document.digest();
  return {
    reference,
    rows: count,
    ...totals,
    digest: digest.toString('hex'),
    ...seal(digest, passphrase, iterations),
  };
}
