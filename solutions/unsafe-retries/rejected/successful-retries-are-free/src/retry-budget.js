/** A bucket of retries shared by every checkout of this process: checkouts fill it, retries that were in vain empty it. */
export class RetryBudget {
  #tokens;
  #floor;
  #ratio;

  constructor({ floor, ratio }) {
    this.#tokens = floor;
    this.#floor = floor;
    this.#ratio = ratio;
  }

  /** Call once for each checkout. */
  earn() {
    this.#tokens = Math.min(this.#floor, this.#tokens + this.#ratio);
  }

  /** True where a retry is to be had; takes it. */
  spend() {
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  /** Call where a retry was answered: the provider is there, so it need not be spared. */
  giveBack() {
    this.#tokens = Math.min(this.#floor, this.#tokens + 1);
  }
}
