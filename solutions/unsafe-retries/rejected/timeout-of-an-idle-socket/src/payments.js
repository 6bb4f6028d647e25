import axios from 'axios';
import axiosRetry, { retryAfter } from 'axios-retry';

import { config } from './config.js';
import { log } from './log.js';
import { RetryBudget } from './retry-budget.js';

const { url, timeoutMs, maxAttempts, baseDelayMs, retryFloor, retryRatio } = config.payments;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const LARGEST_STEP = 4;

const budget = new RetryBudget({ floor: retryFloor, ratio: retryRatio });

/** The provider answered, and the answer was not a charge. */
export class PaymentError extends Error {
  constructor(status, code) {
    super(`payments answered ${status} (${code})`);
    this.name = 'PaymentError';
    this.status = status;
    this.code = code;
  }
}

// Equal jitter on top of what the provider asked for.
function delayFor(retryCount, error) {
  const step = baseDelayMs * 2 ** Math.min(retryCount - 1, LARGEST_STEP);
  return retryAfter(error) + step / 2 + Math.random() * step;
}

function maybeAgain(error) {
  const { endsAt, deadline } = error.config.checkout;
  const transient = error.response ? TRANSIENT.has(error.response.status) : true;
  if (!transient || deadline.aborted || performance.now() + retryAfter(error) >= endsAt) return false;
  return budget.spend();
}

const provider = axios.create({ baseURL: url, timeout: timeoutMs });

axiosRetry(provider, {
  retries: maxAttempts - 1,
  retryCondition: maybeAgain,
  retryDelay: delayFor,
  shouldResetTimeout: true,
  onRetry: (attempt, error, request) => {
    const { orderId } = request.checkout;
    log('warn', 'charge attempt failed', { orderId, attempt, reason: error.message });
  },
});

/** Charges the card once, however often it has to ask. `deadline` is an AbortSignal that fires at `endsAt`. */
export async function charge({ orderId, amount, currency, card }, { deadline, endsAt }) {
  budget.earn();
  try {
    const { data } = await provider.post(
      '/charges',
      { order: orderId, amount, currency, card },
      { headers: { 'idempotency-key': orderId }, signal: deadline, checkout: { orderId, deadline, endsAt } },
    );
    return data;
  } catch (error) {
    if (error.response) throw new PaymentError(error.response.status, error.response.data?.error ?? 'unknown');
    throw error;
  }
}
