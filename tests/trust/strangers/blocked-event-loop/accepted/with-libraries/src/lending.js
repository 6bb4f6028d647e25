/** Equal monthly payments, in whole cents; the last month settles what rounding left over. */
export function monthlyPayment({ principal_cents, rate_bps, months }) {
  if (rate_bps === 0) return Math.ceil(principal_cents / months);
  const rate = rate_bps / 120_000;
  return Math.ceil((principal_cents * rate) / (1 - (1 + rate) ** -months));
}

/** Calls `visit(month, opening, interest, total, closing)` for every month of the loan, in cents. */
export function eachMonth({ principal_cents, rate_bps, months, payment_cents }, visit) {
  let owed = principal_cents;
  for (let month = 1; month <= months; month += 1) {
    const interest = Math.floor((owed * rate_bps) / 120_000);
    const total = month === months ? owed + interest : Math.min(payment_cents, owed + interest);
    const left = owed + interest - total;
    visit(month, owed, interest, total, left);
    owed = left;
  }
}
