/** What the customer asked for cannot be had: the status code and a word that says why. */
export class Refused extends Error {
  readonly status: number;
  readonly reason: string;

  constructor(status: number, reason: string, options?: ErrorOptions) {
    super(reason, options);
    this.name = 'Refused';
    this.status = status;
    this.reason = reason;
  }
}

export const unavailable = (cause: unknown): Refused => new Refused(503, 'unavailable', { cause });

const REFUSALS: Record<string, () => Refused> = {
  tickets_seat_once: () => new Refused(409, 'seat_taken'),
  tickets_seat_exists: () => new Refused(422, 'no_such_seat'),
};

const SYSTEM_CODES = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

function isDatabaseAway(code: string, message: string): boolean {
  // SQLSTATE classes: 08 connection exception, 57 operator intervention.
  if (SYSTEM_CODES.has(code) || /^(08|57)...$/.test(code)) return true;
  return /^Connection terminated|not queryable/.test(message);
}

/** The refusal that an error amounts to, or null where it is none. */
export function refusalFor(error: any): Refused | null {
  if (error instanceof Refused) return error;
  const constraint = String(error?.constraint ?? '');
  if (Object.hasOwn(REFUSALS, constraint)) return REFUSALS[constraint]();
  if (isDatabaseAway(String(error?.code ?? ''), String(error?.message ?? ''))) return unavailable(error);
  return null;
}
