import { createHash, createHmac, pbkdf2, randomBytes } from 'node:crypto';
import { promisify } from 'node:util';

import { monthsOf } from './schedule.ts';
import type { Loan, Portfolio, Report } from './types.ts';

const deriveKey = promisify(pbkdf2);

export async function renderReport({ reference, passphrase, loans }: Portfolio, iterations: number): Promise<Report> {
  const { digest, rows, totals } = digestOf(reference, loans);
  const salt = randomBytes(16);
  const key = await deriveKey(passphrase, salt, iterations, 32, 'sha256');
  return {
    reference,
    rows,
    ...totals,
    digest: digest.toString('hex'),
    salt: salt.toString('hex'),
    iterations,
    seal: createHmac('sha256', key).update(digest).digest('hex'),
  };
}

/**
 * The SHA-256 of the document in canonical JSON. Members are written in the order of their names, numbers are whole and
 * below 10^21 (JavaScript writes those without an exponent), and the text goes into the hash loan by loan.
 */
function digestOf(reference: string, loans: Loan[]) {
  const hash = createHash('sha256');
  const totals = { paid_cents: 0, interest_cents: 0 };
  let rows = 0;
  let before = '';

  hash.update(`{"reference":${JSON.stringify(reference)},"schedules":[`, 'utf8');
  for (const loan of loans) {
    let text = `${before}{"id":${JSON.stringify(loan.id)},"rows":[`;
    let comma = '';
    for (const { month, opening, interest, total, closing } of monthsOf(loan)) {
      totals.paid_cents += total;
      totals.interest_cents += interest;
      rows += 1;
      const paid = `{"interest_cents":${interest},"principal_cents":${total - interest},"total_cents":${total}}`;
      text += `${comma}{"closing_cents":${closing},"month":${month},"opening_cents":${opening},"paid":${paid}}`;
      comma = ',';
    }
    hash.update(`${text}]}`, 'utf8');
    before = ',';
  }
  hash.update(`],"totals":{"interest_cents":${totals.interest_cents},"paid_cents":${totals.paid_cents}}}`, 'utf8');

  return { digest: hash.digest(), rows, totals };
}
