import { DelegateBackoff, handleWhen, retry } from 'cockatiel';

import { log } from '../log.js';
import { createPaymentsClient } from './client.js';
import { Withheld } from './errors.js';
import { Holds, sleepUntil } from './holds.js';
import { RetryBudget } from './retry-budget.js';

const CAP = 12; // of a wait, in base delays, before the dice are thrown

export function createPayments({ url, timeoutMs, maxAttempts, baseDelayMs, retryFloor, retryRatio }) {
  const postCharge = createPaymentsClient(url);
  const budget = new RetryBudget({ floor: retryFloor, ratio: retryRatio });
  const holds = new Holds();

  /** Around base, 2 x base, 4 x base, ...: each somewhere from a tenth to nineteen tenths of that. */
  const throwDice = (attempt) => baseDelayMs * Math.min(CAP, 2 ** (attempt - 1)) * (0.1 + 1.8 * Math.random());

  /** The moment of the next request; Infinity where it would come too late. */
  function momentAfter(error, attempt, deadline) {
    const now = performance.now();
    let moment = now + throwDice(attempt);
    if (error.notBefore !== undefined && error.notBefore > now) {
      // Wherever there is time for it, those who were told the same second do not come at the same moment.
      moment = error.notBefore + Math.random() * Math.max(0, Math.min(baseDelayMs, (deadline - error.notBefore) / 2));
    }
    return moment < deadline ? moment : Infinity;
  }

  return {
    /**
     * Charges the card for an order; settles by `deadline`. The key says which charge it is, and there is one an order: it must
     * not depend on the attempt, the copy of this service or the day.
     */
    async charge({ orderId, amount, currency, card }, deadline) {
      const held = holds.get(orderId);
      if (held !== undefined) {
        const moment = momentAfter({ notBefore: held }, 1, deadline);
        if (moment === Infinity) throw new Withheld('the provider wants this order later');
        await sleepUntil(moment);
      }

      let next = 0;
      let last;
      const worthAnother = (error) => {
        if (error.notBefore !== undefined) holds.set(orderId, error.notBefore);
        return error.transient === true;
      };
      const policy = retry(handleWhen(worthAnother), {
        maxAttempts: Math.max(0, maxAttempts - 1), // cockatiel counts the retries
        backoff: new DelegateBackoff(({ attempt, result }) => {
          last = result.error;
          next = momentAfter(last, attempt, deadline);
          return next === Infinity ? 0 : Math.max(0, next - performance.now());
        }),
      });

      budget.checkout();
      return policy.execute(async ({ attempt }) => {
        if (attempt > 0) {
          if (next === Infinity) throw new Withheld('no time for another attempt', last);
          await sleepUntil(next);
          if (!budget.spend()) throw new Withheld('no retry left in the budget', last);
          log('warn', 'charge attempt failed', { orderId, attempt, reason: last.message });
        }
        return postCharge({
          key: orderId,
          charge: { order: orderId, amount, currency, card },
          timeoutMs: Math.max(1, Math.min(timeoutMs, deadline - performance.now())),
        });
      });
    },
  };
}
