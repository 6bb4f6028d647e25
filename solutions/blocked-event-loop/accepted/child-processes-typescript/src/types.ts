export interface Loan {
  id: string;
  principal_cents: number;
  rate_bps: number;
  months: number;
  payment_cents: number;
}

export interface Portfolio {
  reference: string;
  passphrase: string;
  loans: Loan[];
}

export interface Report {
  reference: string;
  rows: number;
  paid_cents: number;
  interest_cents: number;
  digest: string;
  salt: string;
  iterations: number;
  seal: string;
}

export interface Job {
  portfolio: Portfolio;
  iterations: number;
}

export type Outcome = { report: Report } | { error: string };
