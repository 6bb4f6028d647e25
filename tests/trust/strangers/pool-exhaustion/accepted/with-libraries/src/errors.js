/** What the customer asked for cannot be had: the status code and a word that says why. */
export class Refused extends Error {
  constructor(status, reason, options) {
    super(reason, options);
    this.name = 'Refused';
    this.status = status;
    this.reason = reason;
  }
}

/** No connection was to be had in time, or the database is away. */
export class Unavailable extends Refused {
  constructor(cause) {
    super(503, 'unavailable', { cause });
    this.name = 'Unavailable';
  }
}

const BY_CONSTRAINT = new Map([
  ['tickets_seat_once', [409, 'seat_taken']],
  ['tickets_seat_exists', [422, 'no_such_seat']],
]);

// What a query fails with whose connection was lost: codes of the system, and classes of SQLSTATE
// (08 connection exception, 57 operator intervention; 53300 is "too many connections").
const LOST = /^(ECONNREFUSED|ECONNRESET|EPIPE|ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|53300|08...|57...)$/;
// The driver's own errors have no code.
const LOST_BY_DRIVER = /^Connection terminated|not queryable|^Postgres connection has been discarded/;

/** The refusal that an error amounts to, or null where it is none. */
export function refusalFor(error) {
  if (error instanceof Refused) return error;
  if (BY_CONSTRAINT.has(error.constraint)) return new Refused(...BY_CONSTRAINT.get(error.constraint));
  if (LOST.test(error.code ?? '') || LOST_BY_DRIVER.test(error.message ?? '')) return new Unavailable(error);
  return null;
}
