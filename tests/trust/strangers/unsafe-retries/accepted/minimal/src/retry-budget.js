// A little more than the ten seconds of the contract: others measure these times at other places than we do.
const WINDOW_MS = 10_500;

/**
 * Keeps retries to `floor` + `ratio` x checkouts begun, over any ten seconds: not only over the last ten, but also over
 * the part of them since each retry made in them. Checkouts of before do not pay for retries of after.
 */
export function createRetryBudget({ floor, ratio }) {
  let begun = 0;
  let made = []; // retries of the last ten seconds, each with the checkouts begun before it

  return {
    checkoutBegins() {
      begun += 1;
    },

    /** Takes a retry out of the budget, to be made at once; false where there is none left. */
    takeRetry() {
      const now = performance.now();
      made = made.filter(({ at }) => now - at < WINDOW_MS);
      const since = [...made, { at: now, begunBefore: begun }];
      const fits = since.every(({ begunBefore }, index) => since.length - index <= floor + ratio * (begun - begunBefore));
      if (fits) made = since;
      return fits;
    },
  };
}
