import { config } from './config.js';
import { log } from './log.js';
import { RetryBudget } from './retry-budget.js';
import { retry } from './retry.js';

// The account with the provider is shared with the other services of the shop, whose keys begin with names of their own.
const KEY_PREFIX = 'larkspur-checkout-';
const LONGEST_KEY = 64;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

const budget = new RetryBudget({ floor: config.payments.retryFloor, ratio: config.payments.retryRatio });

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

/** The same for an order in every attempt and on every copy. */
function keyFor(orderId) {
  return `${KEY_PREFIX}${orderId}`.slice(0, LONGEST_KEY);
}

// No answer at all (a reset, a timeout, a cut body) leaves the charge unknown; the key makes asking again safe.
function isTransient(error) {
  return error instanceof PaymentError ? TRANSIENT.has(error.status) : true;
}

function retryAfterMs(response) {
  const seconds = Number(response.headers.get('retry-after') ?? NaN);
  return Number.isFinite(seconds) && seconds >= 0 ? seconds * 1000 : undefined;
}

async function post(path, body, { key, deadline }) {
  const leftMs = Math.max(1, Math.floor(deadline - performance.now()));
  const response = await fetch(new URL(path, config.payments.url), {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'idempotency-key': key },
    body: JSON.stringify(body),
    signal: AbortSignal.timeout(Math.min(config.payments.timeoutMs, leftMs)),
  });
  const answer = await response.json();
  if (!response.ok) throw new PaymentError(response.status, answer.error ?? 'unknown', retryAfterMs(response));
  return answer;
}

/** Charges the card once, however often it has to ask. Resolves with the provider's charge. */
export function charge({ orderId, amount, currency, card }, deadline) {
  const { maxAttempts, baseDelayMs } = config.payments;
  const key = keyFor(orderId);
  budget.earn();
  return retry(() => post('/charges', { order: orderId, amount, currency, card }, { key, deadline }), {
    attempts: maxAttempts,
    baseMs: baseDelayMs,
    deadline,
    budget,
    isTransient,
    onRetry: (error, attempt) => log('warn', 'charge attempt failed', { orderId, attempt, reason: error.message }),
  });
}
