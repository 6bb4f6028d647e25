import { Refused } from './errors.js';

/** As many turns at a time as there are `slots`; who waits longer than `waitMs` is refused, and never has a turn. */
export class Slots {
  #free;
  #waiting = new Set();

  constructor(slots, waitMs) {
    this.#free = slots;
    this.waitMs = waitMs;
  }

  async run(work) {
    await this.#enter();
    try {
      return await work();
    } finally {
      this.#leave();
    }
  }

  #enter() {
    if (this.#free > 0) {
      this.#free -= 1;
      return undefined;
    }
    return new Promise((resolve, reject) => {
      const turn = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(() => {
        this.#waiting.delete(turn);
        reject(new Refused(503, 'busy'));
      }, this.waitMs);
      this.#waiting.add(turn);
    });
  }

  #leave() {
    const [next] = this.#waiting;
    if (!next) {
      this.#free += 1;
      return;
    }
    this.#waiting.delete(next);
    next();
  }
}
