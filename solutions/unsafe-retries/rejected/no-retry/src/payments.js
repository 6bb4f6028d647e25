import { config } from './config.js';

/** The provider answered, and the answer was not a charge. */
export class PaymentError extends Error {
  constructor(status, code) {
    super(`payments answered ${status} (${code})`);
    this.name = 'PaymentError';
    this.status = status;
    this.code = code;
  }
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
  if (!response.ok) throw new PaymentError(response.status, answer.error ?? 'unknown');
  return answer;
}

/** Charges the card once. Resolves with the provider's charge. */
export function charge({ orderId, amount, currency, card }, deadline) {
  return post('/charges', { order: orderId, amount, currency, card }, { key: orderId, deadline });
}
