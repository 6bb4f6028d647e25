const MAX_LOANS = 400;

type Unknowns = Record<string, unknown>;

/** What is wrong with a report request, in words for the caller; empty when nothing is. */
export function faultsInPortfolio(body: unknown): string[] {
  if (!isObject(body)) return ['body: a JSON object is needed'];
  const faults: string[] = [];
  if (!isText(body.reference, 1, 60)) faults.push('reference: text of 1 to 60 characters');
  if (!isText(body.passphrase, 8, 200)) faults.push('passphrase: text of 8 to 200 characters');
  if (!Array.isArray(body.loans) || body.loans.length < 1 || body.loans.length > MAX_LOANS) {
    return [...faults, `loans: a list of 1 to ${MAX_LOANS}`];
  }
  body.loans.forEach((loan: unknown, at: number) => faults.push(...faultsInLoan(loan, `loans[${at}]`)));
  return faults;
}

export function faultsInTerms(terms: unknown, where = 'terms'): string[] {
  if (!isObject(terms)) return [`${where}: an object is needed`];
  const faults: string[] = [];
  if (!isWhole(terms.principal_cents, 1, 10_000_000_000)) faults.push(`${where}.principal_cents: 1 to 10000000000`);
  if (!isWhole(terms.rate_bps, 0, 3_000)) faults.push(`${where}.rate_bps: 0 to 3000`);
  if (!isWhole(terms.months, 1, 480)) faults.push(`${where}.months: 1 to 480`);
  return faults;
}

function faultsInLoan(loan: unknown, where: string): string[] {
  const faults = faultsInTerms(loan, where);
  if (!isObject(loan)) return faults;
  if (!isText(loan.id, 1, 40)) faults.push(`${where}.id: text of 1 to 40 characters`);
  if (!isWhole(loan.payment_cents, 1, 20_000_000_000)) faults.push(`${where}.payment_cents: 1 to 20000000000`);
  return faults;
}

function isObject(value: unknown): value is Unknowns {
  return value !== null && typeof value === 'object';
}

function isWhole(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

function isText(value: unknown, least: number, most: number): boolean {
  return typeof value === 'string' && value.length >= least && value.length <= most;
}
