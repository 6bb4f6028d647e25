/** Decides whether and when a checkout asks again. One planner a process: the allowance is shared. */
import type { Outcome } from './provider.ts';

export interface Limits {
  maxAttempts: number;
  baseDelayMs: number;
  retryFloor: number;
  retryRatio: number;
}

export interface Trip {
  attempts: number;
  lastWaitMs: number;
  endsAt: number;
}

const LONGEST_STEP = 16;

export class Planner {
  readonly #limits: Limits;
  #allowance: number;

  constructor(limits: Limits) {
    this.#limits = limits;
    this.#allowance = limits.retryFloor;
  }

  begin(endsAt: number): Trip {
    this.#allowance = Math.min(this.#limits.retryFloor, this.#allowance + this.#limits.retryRatio);
    return { attempts: 0, lastWaitMs: 0, endsAt };
  }

  /** Milliseconds to wait before asking again, or null where the checkout is over. */
  next(trip: Trip, outcome: Outcome): number | null {
    if (outcome.kind === 'charged' || outcome.kind === 'permanent') return null;
    if (trip.attempts >= this.#limits.maxAttempts) return null;
    const drawn = this.#draw(trip);
    const waitMs = drawn + (outcome.kind === 'transient' ? outcome.waitMs : 0);
    if (performance.now() + waitMs >= trip.endsAt || this.#allowance < 1) return null;
    this.#allowance -= 1;
    trip.lastWaitMs = drawn;
    return waitMs;
  }

  // Decorrelated jitter: one to three times the wait before, and half to one and a half times the base at first.
  #draw(trip: Trip): number {
    const { baseDelayMs } = this.#limits;
    const [from, to] = trip.lastWaitMs === 0 ? [baseDelayMs / 2, baseDelayMs * 1.5] : [trip.lastWaitMs, trip.lastWaitMs * 3];
    return Math.min(baseDelayMs * LONGEST_STEP, from + Math.random() * (to - from));
  }
}
