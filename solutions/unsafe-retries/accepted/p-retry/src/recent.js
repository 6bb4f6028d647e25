/** Counts events of the last `windowMs`, in `slots` steps. */
export class Recent {
  #counts;
  #slotMs;
  #slot = 0;

  constructor(windowMs = 10_000, slots = 20) {
    this.#counts = new Array(slots).fill(0);
    this.#slotMs = windowMs / slots;
  }

  add() {
    this.#turn();
    this.#counts[this.#slot % this.#counts.length] += 1;
  }

  get total() {
    this.#turn();
    return this.#counts.reduce((sum, count) => sum + count, 0);
  }

  #turn() {
    const now = Math.floor(performance.now() / this.#slotMs);
    const stale = Math.min(now - this.#slot, this.#counts.length);
    for (let step = 1; step <= stale; step += 1) this.#counts[(this.#slot + step) % this.#counts.length] = 0;
    this.#slot = now;
  }
}
