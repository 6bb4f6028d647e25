import got from 'got';

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

const provider = got.extend({ prefixUrl: config.payments.url, responseType: 'json', throwHttpErrors: true });

/** Charges the card; got repeats what fails. Resolves with the provider's charge. */
export async function charge({ orderId, amount, currency, card }, deadline) {
  const leftMs = Math.max(1, Math.floor(deadline - performance.now()));
  try {
    const { body } = await provider.post('charges', {
      json: { order: orderId, amount, currency, card },
      headers: { 'idempotency-key': orderId },
      timeout: { request: Math.min(config.payments.timeoutMs, leftMs) },
    });
    return body;
  } catch (error) {
    if (error.response) throw new PaymentError(error.response.statusCode, error.response.body?.error ?? 'unknown');
    throw error;
  }
}
