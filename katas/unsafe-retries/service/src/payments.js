import { randomUUID } from 'node:crypto';

import { config } from './config.js';
import { log } from './log.js';
import { retry } from './retry.js';
import { withTimeout } from './with-timeout.js';

/** The provider answered, and the answer was not a charge. */
export class PaymentError extends Error {
  constructor(status, code) {
    super(`payments answered ${status} (${code})`);
    this.name = 'PaymentError';
    this.status = status;
    this.code = code;
  }
}

async function post(path, body) {
  const response = await fetch(new URL(path, config.payments.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'idempotency-key': randomUUID(),
    },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new PaymentError(response.status, answer.error ?? 'unknown');
  return answer;
}

/** Charges the card once. Resolves with the provider's charge. */
export function charge({ orderId, amount, currency, card }) {
  const { timeoutMs, maxAttempts, baseDelayMs } = config.payments;
  return retry(() => withTimeout(post('/charges', { order: orderId, amount, currency, card }), timeoutMs), {
    attempts: maxAttempts,
    delayMs: baseDelayMs,
    onRetry: (error, attempt) => log('warn', 'charge attempt failed', { orderId, attempt, reason: error.message }),
  });
}
