import { NoConnection } from './connections.js';

/** What the customer asked for cannot be had: the status code and a word that says why. */
export class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.name = 'Refused';
    this.status = status;
    this.reason = reason;
  }
}

const BY_CONSTRAINT = {
  tickets_seat_once: [409, 'seat_taken'],
  tickets_seat_exists: [422, 'no_such_seat'],
};

const NO_DATABASE = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'EHOSTUNREACH', 'ENETUNREACH']);

function isDatabaseAway(error) {
  if (error instanceof NoConnection) return true;
  // SQLSTATE classes: 08 connection exception, 57 operator intervention.
  if (NO_DATABASE.has(error.code) || /^(08|57)/.test(error.code ?? '')) return true;
  return /^Connection terminated|not queryable/.test(error.message);
}

/** The refusal that an error amounts to, or null where it is none. */
export function refusalFor(error) {
  if (error instanceof Refused) return error;
  if (error.constraint in BY_CONSTRAINT) return new Refused(...BY_CONSTRAINT[error.constraint]);
  if (isDatabaseAway(error)) return new Refused(503, 'unavailable');
  return null;
}
