/** Equal monthly payments, in whole cents; the last month settles what rounding left over. */
export function monthlyPayment({ principal_cents, rate_bps, months }) {
  if (rate_bps === 0) return Math.ceil(principal_cents / months);
  const rate = rate_bps / 120_000;
  return Math.ceil((principal_cents * rate) / (1 - (1 + rate) ** -months));
}

/** One row a month: what was owed, what was paid and what for, what is left. */
export function scheduleOf(loan) {
  const rows = [];
  let owed = loan.principal_cents;
  for (let month = 1; month <= loan.months; month += 1) {
    const interest = Math.floor((owed * loan.rate_bps) / 120_000);
    const total = month === loan.months ? owed + interest : Math.min(loan.payment_cents, owed + interest);
    const left = owed + interest - total;
    rows.push({
      month,
      opening_cents: owed,
      paid: { total_cents: total, interest_cents: interest, principal_cents: total - interest },
      closing_cents: left,
    });
    owed = left;
  }
  return rows;
}

/** Adds the rows to the totals so far, row by row: sums of sums could round otherwise. */
export function addTotals(totals, rows) {
  for (const row of rows) {
    totals.paid_cents += row.paid.total_cents;
    totals.interest_cents += row.paid.interest_cents;
  }
}
