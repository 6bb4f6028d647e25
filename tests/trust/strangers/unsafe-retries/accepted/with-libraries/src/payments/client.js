import http from 'node:http';
import https from 'node:https';

import axios from 'axios';

import { NoAnswer, Refusal } from './errors.js';

/** The provider's reference, one request at a time. No retries in here. */
export function createPaymentsClient(baseURL) {
  const provider = axios.create({
    baseURL,
    proxy: false,
    maxRedirects: 0,
    validateStatus: () => true,
    responseType: 'stream',
    transformResponse: [(body) => body],
    httpAgent: new http.Agent({ keepAlive: true }),
    httpsAgent: new https.Agent({ keepAlive: true }),
  });

  /** Resolves with the provider's charge. The connection of a request that is given up is closed. */
  return async function postCharge({ key, charge, timeoutMs }) {
    const giveUp = new AbortController();
    const timer = setTimeout(() => giveUp.abort(), timeoutMs);
    let response;
    let text = '';
    try {
      response = await provider.post('/charges', charge, {
        headers: { 'content-type': 'application/json', 'idempotency-key': key },
        signal: giveUp.signal,
      });
      response.data.setEncoding('utf8');
      for await (const part of response.data) text += part;
    } catch (error) {
      const message = giveUp.signal.aborted ? `no answer within ${Math.round(timeoutMs)} ms` : error.message;
      throw new NoAnswer(message, notBeforeOf(response));
    } finally {
      clearTimeout(timer);
    }

    const answer = jsonOf(text);
    const succeeded = response.status >= 200 && response.status < 300;
    if (succeeded && answer === undefined) throw new NoAnswer('the answer was cut short', notBeforeOf(response));
    if (succeeded && isCharge(answer)) return answer;
    const code = succeeded ? 'not_captured' : (answer?.error ?? 'unknown');
    throw new Refusal(response.status, String(code), notBeforeOf(response));
  };
}

function isCharge(answer) {
  return Boolean(answer?.id) && (answer.status === undefined || answer.status === 'captured');
}

function jsonOf(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function notBeforeOf(response) {
  const text = String(response?.headers?.['retry-after'] ?? '').trim();
  if (/^\d+$/.test(text)) return performance.now() + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : performance.now() + (date - Date.now());
}
