const MAX_LOANS = 400;

/** What is wrong with a report request, in words for the caller; empty when nothing is. */
export function faultsInPortfolio(body) {
  if (body === null || typeof body !== 'object') return ['body: a JSON object is needed'];
  const faults = [];
  if (!isText(body.reference, 1, 60)) faults.push('reference: text of 1 to 60 characters');
  if (!isText(body.passphrase, 8, 200)) faults.push('passphrase: text of 8 to 200 characters');
  if (!Array.isArray(body.loans) || body.loans.length < 1 || body.loans.length > MAX_LOANS) {
    return [...faults, `loans: a list of 1 to ${MAX_LOANS}`];
  }
  body.loans.forEach((loan, at) => faults.push(...faultsInLoan(loan, `loans[${at}]`)));
  return faults;
}

export function faultsInTerms(terms, where = 'terms') {
  if (terms === null || typeof terms !== 'object') return [`${where}: an object is needed`];
  const faults = [];
  if (!isWhole(terms.principal_cents, 1, 10_000_000_000)) faults.push(`${where}.principal_cents: 1 to 10000000000`);
  if (!isWhole(terms.rate_bps, 0, 3_000)) faults.push(`${where}.rate_bps: 0 to 3000`);
  if (!isWhole(terms.months, 1, 480)) faults.push(`${where}.months: 1 to 480`);
  return faults;
}

function faultsInLoan(loan, where) {
  const faults = faultsInTerms(loan, where);
  if (loan === null || typeof loan !== 'object') return faults;
  if (!isText(loan.id, 1, 40)) faults.push(`${where}.id: text of 1 to 40 characters`);
  if (!isWhole(loan.payment_cents, 1, 20_000_000_000)) faults.push(`${where}.payment_cents: 1 to 20000000000`);
  return faults;
}

function isWhole(value, least, most) {
  return Number.isInteger(value) && value >= least && value <= most;
}

function isText(value, least, most) {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}
