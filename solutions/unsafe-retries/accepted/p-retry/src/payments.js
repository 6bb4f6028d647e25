import { setTimeout as sleep } from 'node:timers/promises';

import pRetry from 'p-retry';

import { config } from './config.js';
import { log } from './log.js';
import { Recent } from './recent.js';

const { url, timeoutMs, maxAttempts, baseDelayMs, retryFloor, retryRatio } = config.payments;
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

const checkouts = new Recent();
const retries = new Recent();

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

/** The provider's answer never came, or not whole. */
export class NoAnswer extends Error {
  constructor(cause) {
    super(`no answer from payments: ${cause.cause?.code ?? cause.name}`, { cause });
    this.name = 'NoAnswer';
  }
}

async function post(path, body, { key, deadline }) {
  let response;
  let answer;
  try {
    response = await fetch(new URL(path, url), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
      signal: AbortSignal.any([deadline, AbortSignal.timeout(timeoutMs)]),
    });
    answer = await response.json();
  } catch (error) {
    throw new NoAnswer(error);
  }
  if (response.ok) return answer;
  const seconds = Number(response.headers.get('retry-after') ?? 0);
  throw new PaymentError(response.status, answer.error ?? 'unknown', Number.isFinite(seconds) ? seconds * 1000 : 0);
}

function worthAnotherTry(error) {
  return error instanceof NoAnswer || (error instanceof PaymentError && TRANSIENT.has(error.status));
}

/** Charges the card once, however often it has to ask. `deadline` is an AbortSignal that fires at `endsAt`. */
export function charge({ orderId, amount, currency, card }, { deadline, endsAt }) {
  checkouts.add();
  return pRetry(() => post('/charges', { order: orderId, amount, currency, card }, { key: orderId, deadline }), {
    retries: maxAttempts - 1,
    minTimeout: baseDelayMs,
    factor: 2,
    randomize: true,
    signal: deadline,
    shouldRetry: async ({ error, retryDelay, attemptNumber }) => {
      if (!worthAnotherTry(error)) return false;
      const askedMs = error.retryAfterMs ?? 0;
      if (performance.now() + askedMs + retryDelay >= endsAt) return false;
      if (retries.total + 1 > retryFloor + retryRatio * checkouts.total) return false;
      retries.add();
      log('warn', 'charge attempt failed', { orderId, attempt: attemptNumber, reason: error.message });
      if (askedMs > 0) await sleep(askedMs, undefined, { signal: deadline });
      return true;
    },
  });
}
