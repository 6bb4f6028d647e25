/** One question to the payment provider, and what its answer means. Never throws for what a network does. */
import { createHash } from 'node:crypto';

export interface Charge {
  order: string;
  amount: number;
  currency: string;
  card: string;
}

export type Outcome =
  | { kind: 'charged'; chargeId: string }
  | { kind: 'permanent'; status: number; code: string }
  | { kind: 'transient'; code: string; waitMs: number }
  | { kind: 'unknown'; code: string };

const TRANSIENT = new Set([429, 500, 502, 503, 504]);

/** The same for the same order in every copy of this service, before and after any restart. */
export function keyFor(orderId: string): string {
  return createHash('sha256').update(`charge/${orderId}`).digest('hex');
}

export async function ask(baseUrl: string, charge: Charge, signal: AbortSignal): Promise<Outcome> {
  try {
    const response = await fetch(new URL('/charges', baseUrl), {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': keyFor(charge.order) },
      body: JSON.stringify(charge),
      signal,
    });
    const answer = (await response.json()) as { id?: string; error?: string };
    if (response.ok && answer.id) return { kind: 'charged', chargeId: answer.id };
    const code = answer.error ?? 'unknown';
    if (!TRANSIENT.has(response.status) && !response.ok) return { kind: 'permanent', status: response.status, code };
    const seconds = Number(response.headers.get('retry-after') ?? 0);
    return { kind: 'transient', code, waitMs: Number.isFinite(seconds) ? seconds * 1000 : 0 };
  } catch (error) {
    return { kind: 'unknown', code: error instanceof Error ? error.name : 'unknown' };
  }
}
