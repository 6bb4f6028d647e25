import { createHash } from 'node:crypto';
import http from 'node:http';
import https from 'node:https';

import { now } from './clock.js';

/** Worth another request, by the contract. Anything else the provider says is its last word. */
const TRANSIENT = new Set([429, 500, 502, 503, 504]);

/**
 * The same for the same order on every copy, after every restart, for every attempt; 47 of the 64 characters allowed. The order id
 * itself would do as well today, but other services of the shop use the provider too, and may think the same.
 */
export function idempotencyKey(orderId) {
  return `co1-${createHash('sha256').update(orderId).digest('base64url')}`;
}

/**
 * Asks for a charge, once. Resolves with
 *   { charge }                                      made and confirmed
 *   { refusal: status, reason, message }            a whole answer that will not change, or that we cannot read
 *   { transient: true, reason, message, notBefore }   all others; `notBefore` where the provider gave a Retry-After
 */
export async function askForCharge(baseUrl, { orderId, amount, currency, card }, timeoutMs) {
  const body = JSON.stringify({ order: orderId, amount, currency, card });
  const answer = await exchange(new URL('/charges', baseUrl), idempotencyKey(orderId), body, timeoutMs);
  const { failure, status, notBefore } = answer;
  if (failure !== undefined) return { transient: true, reason: 'no_answer', message: failure, notBefore };

  const json = parse(answer.text);
  if (status >= 200 && status < 300) {
    if (json === undefined) return { transient: true, reason: 'no_answer', message: 'an answer that breaks off', notBefore };
    if (confirms(json, { orderId, amount })) return { charge: json };
    return { refusal: status, reason: 'not_captured', message: `payments answered ${status} without the charge` };
  }
  const reason = typeof json?.error === 'string' ? json.error : 'unknown';
  const message = `payments answered ${status} (${reason})`;
  return TRANSIENT.has(status) ? { transient: true, reason, message, notBefore } : { refusal: status, reason, message };
}

function confirms(charge, { orderId, amount }) {
  if (charge === null || typeof charge !== 'object' || !charge.id) return false;
  const { status = 'captured', order = orderId, amount: charged = amount } = charge;
  return status === 'captured' && order === orderId && charged === amount;
}

/**
 * One request on a connection of its own, which is gone when this resolves: nothing is left open behind a request that was
 * given up, and none runs into a kept connection that the provider has just closed.
 */
function exchange(url, key, body, timeoutMs) {
  return new Promise((resolve) => {
    let notBefore;
    const request = (url.protocol === 'https:' ? https : http).request(url, {
      method: 'POST',
      agent: false,
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'idempotency-key': key,
        accept: 'application/json',
      },
    });

    const timer = setTimeout(() => finish({ failure: `no answer within ${Math.round(timeoutMs)} ms` }), timeoutMs);
    let finished = false;
    function finish(outcome) {
      if (finished) return;
      finished = true;
      clearTimeout(timer);
      request.destroy();
      resolve({ ...outcome, notBefore });
    }

    request.on('error', (error) => finish({ failure: error.message || error.code || 'no connection' }));
    request.on('response', (response) => {
      notBefore = momentOf(response.headers['retry-after']);
      const parts = [];
      response.on('data', (part) => parts.push(part));
      response.on('error', (error) => finish({ failure: `answer cut short: ${error.message}` }));
      response.on('close', () => finish({ failure: 'answer cut short' }));
      response.on('end', () => {
        if (!response.complete) return finish({ failure: 'answer cut short' });
        finish({ status: response.statusCode, text: Buffer.concat(parts).toString('utf8') });
      });
    });
    request.end(body);
  });
}

function momentOf(retryAfter) {
  const text = retryAfter?.trim() ?? '';
  if (/^\d+$/.test(text)) return now() + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : now() + (date - Date.now());
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
