import axios from 'axios';
import axiosRetry from 'axios-retry';

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

const provider = axios.create({ baseURL: config.payments.url });
axiosRetry(provider);

/** Charges the card; axios-retry repeats what fails. Resolves with the provider's charge. */
export async function charge({ orderId, amount, currency, card }, deadline) {
  const leftMs = Math.max(1, Math.floor(deadline - performance.now()));
  try {
    const { data } = await provider.post(
      '/charges',
      { order: orderId, amount, currency, card },
      {
        headers: { 'idempotency-key': orderId },
        signal: AbortSignal.timeout(Math.min(config.payments.timeoutMs, leftMs)),
      },
    );
    return data;
  } catch (error) {
    if (error.response) throw new PaymentError(error.response.status, error.response.data?.error ?? 'unknown');
    throw error;
  }
}
