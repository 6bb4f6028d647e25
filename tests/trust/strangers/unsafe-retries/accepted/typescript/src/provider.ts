import { createHash } from 'node:crypto';

import { now } from './time.ts';
import type { Moment } from './time.ts';

export interface ChargeRequest {
  order: string;
  amount: number;
  currency: string;
  card: string;
}

/** What came of one request. `notBefore`: the provider does not want to be asked for this order before. */
export type Answer =
  | { kind: 'charged'; chargeId: string }
  | { kind: 'declined'; reason: string; message: string }
  | { kind: 'refused'; reason: string; message: string }
  | { kind: 'transient'; reason: string; message: string; notBefore?: Moment }
  | { kind: 'unclear'; reason: string; message: string };

const TRANSIENT = new Set([429, 500, 502, 503, 504]);

/**
 * The key belongs to the order and to nothing else: not to the attempt, the request, the copy or the process, any of which
 * may change between two requests for the same charge. 64 hex digits, as many as the provider takes.
 */
export function keyOf(orderId: string): string {
  return createHash('sha256').update(`larkspur/checkout/${orderId}`).digest('hex');
}

export class Provider {
  readonly #charges: URL;

  constructor(url: string) {
    this.#charges = new URL('/charges', url);
  }

  /** One request for the charge. Never rejects; after `timeoutMs` the request is aborted and its connection closed. */
  async charge(request: ChargeRequest, timeoutMs: number): Promise<Answer> {
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(), timeoutMs);
    let notBefore: Moment | undefined;
    try {
      const response = await fetch(this.#charges, {
        method: 'POST',
        headers: { 'content-type': 'application/json', 'idempotency-key': keyOf(request.order) },
        // Member by member, so that the body is the same text whoever asks: the same key with another body is an error.
        body: JSON.stringify({
          order: request.order,
          amount: request.amount,
          currency: request.currency,
          card: request.card,
        }),
        redirect: 'manual',
        signal: aborter.signal,
      });
      notBefore = notBeforeOf(response.headers.get('retry-after'));
      return classify(response.status, await response.text(), notBefore);
    } catch (error) {
      const message = aborter.signal.aborted ? `no answer within ${Math.round(timeoutMs)} ms` : describe(error);
      return { kind: 'transient', reason: 'no_answer', message, notBefore };
    } finally {
      clearTimeout(timer);
    }
  }
}

function classify(status: number, text: string, notBefore: Moment | undefined): Answer {
  const body = parse(text);
  const reason = typeof body?.error === 'string' ? body.error : 'unknown';
  const message = `payments answered ${status} (${reason})`;

  if (status >= 200 && status < 300) {
    if (body === undefined) return { kind: 'transient', reason: 'no_answer', message: 'the answer was cut short', notBefore };
    const captured = body.status === undefined || body.status === 'captured';
    if (body.id && captured) return { kind: 'charged', chargeId: String(body.id) };
    return { kind: 'unclear', reason: 'not_captured', message: `payments answered ${status} without a captured charge` };
  }
  if (TRANSIENT.has(status)) return { kind: 'transient', reason, message, notBefore };
  if (status === 402) return { kind: 'declined', reason, message };
  if (status >= 400 && status < 500) return { kind: 'refused', reason, message };
  return { kind: 'unclear', reason, message };
}

function parse(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return value !== null && typeof value === 'object' ? (value as Record<string, unknown>) : {};
  } catch {
    return undefined;
  }
}

function notBeforeOf(header: string | null): Moment | undefined {
  const text = header?.trim() ?? '';
  if (/^\d+$/.test(text)) return now() + Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : now() + (date - Date.now());
}

function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return error.cause instanceof Error ? `${error.message}: ${error.cause.message}` : error.message;
}
