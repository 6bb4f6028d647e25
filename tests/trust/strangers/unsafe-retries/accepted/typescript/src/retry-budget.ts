import { now } from './time.ts';
import type { Moment } from './time.ts';

// The contract's ten seconds, and a little for those who count by another clock than ours.
const WINDOW_MS = 10_400;

interface Retry {
  at: Moment;
  /** How many checkouts had begun when it was made. */
  checkouts: number;
}

/**
 * No ten seconds, wherever they begin, hold more retries than `floor + ratio x` the checkouts begun in them.
 * A retry is only made where that holds for all the stretches that begin with an earlier retry and end with this one.
 */
export class RetryBudget {
  readonly #floor: number;
  readonly #ratio: number;
  readonly #recent: Retry[] = [];
  #checkouts = 0;

  constructor(floor: number, ratio: number) {
    this.#floor = floor;
    this.#ratio = ratio;
  }

  checkoutBegun(): void {
    this.#checkouts += 1;
  }

  /** Whether a retry could be made at this moment. */
  allows(): boolean {
    const horizon = now() - WINDOW_MS;
    while (this.#recent.length > 0 && (this.#recent[0] as Retry).at <= horizon) this.#recent.shift();
    if (this.#floor < 1) return false;
    return this.#recent.every((first, index) => {
      const retries = this.#recent.length - index + 1;
      return retries <= this.#floor + this.#ratio * (this.#checkouts - first.checkouts);
    });
  }

  /** Enters a retry that begins at this moment, where one may. */
  take(): boolean {
    if (!this.allows()) return false;
    this.#recent.push({ at: now(), checkouts: this.#checkouts });
    return true;
  }
}
