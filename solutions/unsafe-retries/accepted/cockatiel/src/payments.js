import {
  BrokenCircuitError, circuitBreaker, ConsecutiveBreaker, ExponentialBackoff, handleWhen, retry, timeout, TimeoutStrategy, wrap,
} from 'cockatiel';

import { config } from './config.js';
import { log } from './log.js';
import { RetryBudget } from './retry-budget.js';

const { url, timeoutMs, maxAttempts, baseDelayMs, retryFloor, retryRatio } = config.payments;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const LONGEST_STEP = 16;
const TRY_AGAIN_AFTER_MS = 1000;

const budget = new RetryBudget({ floor: retryFloor, ratio: retryRatio });

/** The provider answered, and the answer was not a charge. */
export class PaymentError extends Error {
  constructor(status, code, retryAfterMs) {
    super(`payments answered ${status} (${code})`);
    this.name = 'PaymentError';
    this.status = status;
    this.code = code;
    this.retryAfterMs = retryAfterMs;
  }
}

/** The provider asked for a longer wait than the customer has. */
class TooLate extends PaymentError {}

/** The retries of this process are used up. */
class Withheld extends Error {}

/** Exponential waits with decorrelated jitter, and never less than the provider asked for. */
class PoliteBackoff {
  #inner;

  constructor(inner) {
    this.#inner = inner;
  }

  next(context) {
    const step = this.#inner.next(context);
    const asked = context.result.error?.retryAfterMs ?? 0;
    return { duration: asked + step.duration, next: (following) => new PoliteBackoff(step).next(following) };
  }
}

function isTransient(error) {
  if (error instanceof BrokenCircuitError || error instanceof TooLate || error instanceof Withheld) return false;
  return error instanceof PaymentError ? TRANSIENT.has(error.status) : true;
}

const transient = handleWhen(isTransient);
const breaker = circuitBreaker(transient, {
  breaker: new ConsecutiveBreaker(Math.max(1, retryFloor)),
  halfOpenAfter: TRY_AGAIN_AFTER_MS,
});
const again = retry(transient, {
  maxAttempts: maxAttempts - 1,
  backoff: new PoliteBackoff(new ExponentialBackoff({ initialDelay: baseDelayMs, maxDelay: baseDelayMs * LONGEST_STEP })),
});
const attempt = wrap(again, breaker, timeout(timeoutMs, TimeoutStrategy.Cooperative));

breaker.onBreak(() => log('error', 'payments breaker open'));
breaker.onReset(() => log('info', 'payments breaker closed'));

async function post(path, body, { key, signal, endsAt }) {
  const response = await fetch(new URL(path, url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal,
  });
  const answer = await response.json();
  if (response.ok) return answer;
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  const retryAfterMs = Number.isFinite(seconds) ? seconds * 1000 : 0;
  const Failure = performance.now() + retryAfterMs >= endsAt ? TooLate : PaymentError;
  throw new Failure(response.status, answer.error ?? 'unknown', retryAfterMs);
}

/** Charges the card once, however often it has to ask. `deadline` is an AbortSignal that fires at `endsAt`. */
export function charge({ orderId, amount, currency, card }, { deadline, endsAt }) {
  const body = { order: orderId, amount, currency, card };
  budget.earn();
  const charged = attempt.execute(({ signal, attempt: retries }) => {
    deadline.throwIfAborted();
    if (retries > 0 && !budget.spend()) throw new Withheld('no retry left');
    return post('/charges', body, { key: orderId, signal, endsAt });
  }, deadline);
  // A wait between attempts does not see the signal, so the answer does not wait for it; nothing is sent after it.
  const gaveUp = new Promise((_, reject) => {
    deadline.addEventListener('abort', () => reject(deadline.reason), { once: true });
  });
  return Promise.race([charged, gaveUp]);
}
