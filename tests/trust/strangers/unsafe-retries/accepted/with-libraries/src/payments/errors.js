const TRANSIENT = new Set([429, 500, 502, 503, 504]);

export class ChargeError extends Error {
  /** @type {string} what the order shows as its reason */
  reason = 'no_answer';
  /** @type {number | undefined} the earliest moment for another request, where the provider named one (performance.now()) */
  notBefore;

  get transient() {
    return false;
  }
}

/** A whole answer, but not a charge. */
export class Refusal extends ChargeError {
  constructor(status, code, notBefore) {
    super(`payments answered ${status} (${code})`);
    this.name = 'Refusal';
    this.status = status;
    this.reason = code;
    this.notBefore = notBefore;
  }

  get transient() {
    return TRANSIENT.has(this.status);
  }
}

/** Refused, reset, cut short or silent: the charge may have been made. */
export class NoAnswer extends ChargeError {
  constructor(message, notBefore) {
    super(message);
    this.name = 'NoAnswer';
    this.notBefore = notBefore;
  }

  get transient() {
    return true;
  }
}

/** We did not ask (again), for reasons of our own; `after` is the failure that came before, if any. */
export class Withheld extends ChargeError {
  constructor(message, after) {
    super(after ? `${message}, after: ${after.message}` : message);
    this.name = 'Withheld';
    this.reason = after?.reason ?? 'held_back';
  }
}
