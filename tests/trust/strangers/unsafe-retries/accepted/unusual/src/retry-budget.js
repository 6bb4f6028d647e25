import { now } from './clock.js';

// Ten seconds by the contract. What is a little apart here may be a little closer where it arrives.
const WINDOW_MS = 10_300;
const ROUNDING = 1e-9;

/**
 * The rule is for *any* ten seconds: retries <= floor + ratio x checkouts. So each retry opens an account: it starts with
 * what the floor leaves after that retry, every later checkout pays `ratio` in, every later retry takes 1 out, and after ten seconds
 * the account is closed. A retry is made when no open account would be overdrawn by it.
 */
export function createRetryBudget({ floor, ratio }) {
  let accounts = [];

  return {
    checkoutBegins() {
      for (const account of accounts) account.balance += ratio;
    },

    /** Makes a retry, at this moment, or answers false. */
    draw() {
      const opened = now();
      accounts = accounts.filter((account) => opened - account.opened < WINDOW_MS);
      if (floor < 1 || accounts.some(({ balance }) => balance < 1 - ROUNDING)) return false;
      for (const account of accounts) account.balance -= 1;
      accounts.push({ opened, balance: floor - 1 });
      return true;
    },
  };
}
