import { createHash } from 'node:crypto';

import { createPacer } from './pacer.js';
import { monthsOf } from './schedule.js';

/**
 * SHA-256 over the canonical JSON of the document: members in order of their names, no white space.
 *
 *   {"reference":...,"schedules":[{"id":...,"rows":[{row},...]},...],"totals":{...}}
 *
 * The document of the largest portfolio has 192 000 rows and some 30 MB. It is never held: each loan's text (at most
 * 480 rows, well under a millisecond) goes straight into the hash, and between loans the other requests have their turn.
 */
export async function digestOfDocument(reference, loans) {
  const pause = createPacer();
  const hash = createHash('sha256');
  const totals = { paid_cents: 0, interest_cents: 0 };
  let rows = 0;

  hash.update(`{"reference":${JSON.stringify(reference)},"schedules":[`, 'utf8');
  for (const [at, loan] of loans.entries()) {
    await pause();
    const months = monthsOf(loan);
    for (const { paid, interest } of months) {
      // One row after the other, and not loan by loan: large sums would round in other places.
      totals.paid_cents += paid;
      totals.interest_cents += interest;
    }
    rows += months.length;
    const text = `{"id":${JSON.stringify(loan.id)},"rows":[${months.map(rowText).join(',')}]}`;
    hash.update(at === 0 ? text : `,${text}`, 'utf8');
  }
  await pause();
  hash.update(`],"totals":{"interest_cents":${totals.interest_cents},"paid_cents":${totals.paid_cents}}}`, 'utf8');

  return { digest: hash.digest(), rows, totals };
}

function rowText({ month, opening, paid, interest, closing }) {
  return (
    `{"closing_cents":${closing},"month":${month},"opening_cents":${opening},` +
    `"paid":{"interest_cents":${interest},"principal_cents":${paid - interest},"total_cents":${paid}}}`
  );
}
