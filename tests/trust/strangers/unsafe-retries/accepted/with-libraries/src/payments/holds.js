import { setTimeout as sleep } from 'node:timers/promises';

const LIMIT = 10_000;

/** When the provider wants to see an order again, kept beyond the checkout that was told so. */
export class Holds {
  #until = new Map();

  set(orderId, moment) {
    this.#until.delete(orderId);
    this.#until.set(orderId, moment);
    if (this.#until.size > LIMIT) this.#until.delete(this.#until.keys().next().value);
  }

  /** The moment, or undefined where the order is free to go. */
  get(orderId) {
    const moment = this.#until.get(orderId);
    if (moment === undefined || moment > performance.now()) return moment;
    this.#until.delete(orderId);
    return undefined;
  }
}

/** Not a millisecond early: timers count from the beginning of the loop's turn, and so can be. */
export async function sleepUntil(moment) {
  while (performance.now() < moment) await sleep(Math.ceil(moment - performance.now()));
}
