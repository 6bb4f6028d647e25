import { config } from './config.js';
import { log } from './log.js';
import { createRetryBudget } from './retry-budget.js';
import { retry, sleepUntil } from './retry.js';

const TRANSIENT = new Set([429, 500, 502, 503, 504]);
const LONGEST_WAIT = 16; // times the base delay
const HELD_LIMIT = 10_000;

const budget = createRetryBudget({ floor: config.payments.retryFloor, ratio: config.payments.retryRatio });

/** Orders the provider has told us to come back with later, and when (on the clock of `performance.now()`). */
const heldUntil = new Map();

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

/** No answer, or not a whole one: nothing is known about the charge. */
export class NoAnswerError extends Error {
  constructor(reason, retryAfterMs) {
    super(reason);
    this.name = 'NoAnswerError';
    this.retryAfterMs = retryAfterMs;
  }
}

function isTransient(error) {
  return error instanceof NoAnswerError || (error instanceof PaymentError && TRANSIENT.has(error.status));
}

/** Milliseconds, or undefined where the header is missing or makes no sense. */
function retryAfterOf(headers) {
  const text = headers.get('retry-after')?.trim();
  if (!text) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function post(path, body, { key, timeoutMs }) {
  const aborter = new AbortController();
  const timer = setTimeout(() => aborter.abort(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
  let response;
  let text;
  try {
    response = await fetch(new URL(path, config.payments.url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      redirect: 'manual',
      signal: aborter.signal,
    });
    text = await response.text();
  } catch (error) {
    throw new NoAnswerError(error.cause?.message ?? error.message, response && retryAfterOf(response.headers));
  } finally {
    clearTimeout(timer);
  }

  const answer = parsed(text);
  if (!response.ok) {
    const code = typeof answer?.error === 'string' ? answer.error : 'unknown';
    throw new PaymentError(response.status, code, retryAfterOf(response.headers));
  }
  if (answer === undefined) throw new NoAnswerError('the answer is not whole');
  if (!answer?.id || (answer.status ?? 'captured') !== 'captured') throw new PaymentError(response.status, 'not_captured');
  return answer;
}

function hold(orderId, until) {
  heldUntil.delete(orderId);
  heldUntil.set(orderId, until);
  if (heldUntil.size > HELD_LIMIT) heldUntil.delete(heldUntil.keys().next().value);
}

/**
 * Charges the card, once: the key is the order's own, so that it is the same for every attempt, for every "try again" of the
 * customer and on every copy of this service. Resolves with the provider's charge; settles by `deadline`.
 */
export async function charge({ orderId, amount, currency, card }, deadline) {
  const { timeoutMs, maxAttempts, baseDelayMs } = config.payments;
  const left = () => deadline - performance.now();

  /** When the next request of this order may begin; null where that is never, or too late. */
  function plan(error, attempt) {
    if (!isTransient(error)) return null;
    const now = performance.now();
    let earliest = now;
    let spread = Math.min(2 ** attempt, LONGEST_WAIT) * baseDelayMs;
    if (error.retryAfterMs !== undefined) {
      earliest = now + error.retryAfterMs;
      hold(orderId, earliest);
      if (earliest >= deadline) return null;
      // All those who were told the same come apart, as far as there is time for it.
      spread = Math.min(baseDelayMs, (deadline - earliest) / 2);
    }
    const next = earliest + Math.random() * spread;
    return next < deadline ? next : null;
  }

  const held = heldUntil.get(orderId);
  if (held !== undefined && held > performance.now()) {
    if (held >= deadline) throw new NoAnswerError('the provider wants no request for this order yet');
    await sleepUntil(held + (Math.random() * Math.min(baseDelayMs, deadline - held)) / 2);
  }
  heldUntil.delete(orderId);

  budget.checkoutBegins();
  const body = { order: orderId, amount, currency, card };
  return retry(() => post('/charges', body, { key: orderId, timeoutMs: Math.min(timeoutMs, left()) }), {
    attempts: maxAttempts,
    plan,
    mayRetry: () => left() > 0 && budget.takeRetry(),
    onRetry: (error, attempt) => log('warn', 'charge attempt failed', { orderId, attempt, reason: error.message }),
  });
}
