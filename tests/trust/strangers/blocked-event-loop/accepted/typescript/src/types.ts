export interface Terms {
  principal_cents: number;
  rate_bps: number;
  months: number;
}

export interface Loan extends Terms {
  id: string;
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

export interface Rendered {
  report: Report;
  ms: number;
}

/** What goes to a renderer and what comes back, over the channel between the processes. */
export interface Task {
  portfolio: Portfolio;
  iterations: number;
}

export type Outcome = { ok: true; rendered: Rendered } | { ok: false; error: string };
