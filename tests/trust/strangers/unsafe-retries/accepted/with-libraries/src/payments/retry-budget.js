const SPAN_MS = 10_000 + 500; // the odd half second is for clocks that look at us from outside

/**
 * At most `floor + ratio x checkouts` retries in any ten seconds.
 *
 * For every stretch that ends now and begins with one of the last retries, that retry and those after it must fit into the
 * floor and what the checkouts since that retry have earned. A stretch that begins elsewhere has no more retries and no
 * fewer checkouts than one of these, and one that ends elsewhere was looked at when its last retry was made.
 */
export class RetryBudget {
  #floor;
  #ratio;
  #checkouts = 0;
  #times = [];
  #checkoutsAt = [];

  constructor({ floor, ratio }) {
    this.#floor = floor;
    this.#ratio = ratio;
  }

  checkout() {
    this.#checkouts += 1;
  }

  /** True where a retry may be made now; it counts as made then. */
  spend(now = performance.now()) {
    while (this.#times.length > 0 && this.#times[0] <= now - SPAN_MS) {
      this.#times.shift();
      this.#checkoutsAt.shift();
    }
    if (this.#floor < 1) return false;
    let retries = 1;
    for (let at = this.#times.length - 1; at >= 0; at -= 1) {
      retries += 1;
      if (retries > this.#floor + this.#ratio * (this.#checkouts - this.#checkoutsAt[at])) return false;
    }
    this.#times.push(now);
    this.#checkoutsAt.push(this.#checkouts);
    return true;
  }
}
