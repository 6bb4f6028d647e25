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

// postgres.js has words of its own beside those of Node.js and the SQLSTATE classes 08 and 57.
const DATABASE_AWAY = /^(ECONNREFUSED|ECONNRESET|EPIPE|CONNECTION_\w+|CONNECT_TIMEOUT|(08|57)\w{3})$/;

/** The refusal that an error amounts to, or null where it is none. */
export function refusalFor(error) {
  if (error instanceof Refused) return error;
  if (error.constraint_name in BY_CONSTRAINT) return new Refused(...BY_CONSTRAINT[error.constraint_name]);
  if (DATABASE_AWAY.test(error.code ?? '')) return new Refused(503, 'unavailable');
  return null;
}
