import type { Loan, Terms } from './types.ts';

export interface Month {
  month: number;
  opening: number;
  interest: number;
  total: number;
  closing: number;
}

/** Equal monthly payments, in whole cents; the last month settles what rounding left over. */
export function monthlyPayment({ principal_cents, rate_bps, months }: Terms): number {
  if (rate_bps === 0) return Math.ceil(principal_cents / months);
  const rate = rate_bps / 120_000;
  return Math.ceil((principal_cents * rate) / (1 - (1 + rate) ** -months));
}

/** Month by month: what was owed, what was paid and what for, what is left. */
export function* monthsOf(loan: Loan): Generator<Month> {
  let opening = loan.principal_cents;
  for (let month = 1; month <= loan.months; month += 1) {
    const interest = Math.floor((opening * loan.rate_bps) / 120_000);
    const total = month === loan.months ? opening + interest : Math.min(loan.payment_cents, opening + interest);
    const closing = opening + interest - total;
    yield { month, opening, interest, total, closing };
    opening = closing;
  }
}
