/** Equal monthly payments, in whole cents; the last month settles what rounding left over. */
export function monthlyPayment({ principal_cents, rate_bps, months }) {
  if (rate_bps === 0) return Math.ceil(principal_cents / months);
  const rate = rate_bps / 120_000;
  return Math.ceil((principal_cents * rate) / (1 - (1 + rate) ** -months));
}

/** A row a month, in cents: what was owed (`opening`), what was `paid` and how much of that as `interest`, what is left (`closing`). */
export function monthsOf(loan) {
  const rows = [];
  let opening = loan.principal_cents;
  for (let month = 1; month <= loan.months; month += 1) {
    const interest = Math.floor((opening * loan.rate_bps) / 120_000);
    const paid = month === loan.months ? opening + interest : Math.min(loan.payment_cents, opening + interest);
    const closing = opening + interest - paid;
    rows.push({ month, opening, paid, interest, closing });
    opening = closing;
  }
  return rows;
}
