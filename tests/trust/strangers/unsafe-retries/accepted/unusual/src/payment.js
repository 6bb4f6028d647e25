import { log } from './log.js';
import { now, until } from './clock.js';
import { askForCharge } from './provider.js';

const GROWTH = 2.5;
const CAP = 20; // base delays, before the jitter

/**
 * All that this copy knows of the payment of one order. It outlives the checkouts that ask for it: what is final stays final,
 * two checkouts at one moment are one, and the provider's "not before" binds the next checkout as well.
 */
export class Payment {
  order;
  #settings;
  #budget;
  #running = null;
  #notBefore = -Infinity;

  constructor(order, { settings, budget }) {
    this.order = order;
    this.#settings = settings;
    this.#budget = budget;
  }

  get isFinal() {
    return ['paid', 'declined', 'refused'].includes(this.order.status);
  }

  /** Resolves with the order as it then is, by `deadline`. */
  async collect(card, deadline) {
    if (this.isFinal) return this.order;
    this.#running ??= this.#collect(card, deadline).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #collect(card, deadline) {
    const { orderId, amount, currency } = this.order;
    this.order = { orderId, amount, currency, status: 'pending' };
    const result = await this.#ask(card, deadline);

    if (result.charge) {
      this.order = { ...this.order, status: 'paid', chargeId: result.charge.id };
      log('info', 'order paid', { orderId, amount, chargeId: result.charge.id });
    } else {
      const status = statusOf(result);
      this.order = { ...this.order, status, reason: result.reason };
      log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: result.message });
    }
    return this.order;
  }

  async #ask(card, deadline) {
    const { url, timeoutMs, maxAttempts } = this.#settings;
    const { orderId } = this.order;

    if (this.#notBefore > now()) {
      const start = this.#spread(this.#notBefore, deadline);
      if (start === null) return { reason: 'held_back', message: 'the provider does not want this order yet' };
      await until(start);
    }

    this.#budget.checkoutBegins();
    for (let attempt = 1; ; attempt += 1) {
      const patience = Math.max(1, Math.min(timeoutMs, deadline - now()));
      const result = await askForCharge(url, { ...this.order, card }, patience);
      if (!result.transient) return result;
      if (result.notBefore !== undefined) this.#notBefore = result.notBefore;

      if (attempt >= maxAttempts) return result;
      const next = this.#notBefore > now() ? this.#spread(this.#notBefore, deadline) : this.#backOff(attempt, deadline);
      if (next === null) return result;
      log('warn', 'charge attempt failed', { orderId, attempt, reason: result.message });
      await until(next);
      if (now() >= deadline) return result;
      if (!this.#budget.draw()) {
        log('warn', 'no retry left in the budget', { orderId, attempt });
        return result;
      }
    }
  }

  /** A moment after the one the provider named, not the same for all; null where it would be too late. */
  #spread(notBefore, deadline) {
    const room = deadline - notBefore;
    return room > 0 ? notBefore + Math.random() * Math.min(this.#settings.baseDelayMs, room / 2) : null;
  }

  #backOff(attempt, deadline) {
    const around = this.#settings.baseDelayMs * Math.min(CAP, GROWTH ** (attempt - 1));
    const next = now() + around * (0.2 + 1.6 * Math.random());
    return next < deadline ? next : null;
  }
}

function statusOf({ refusal }) {
  if (refusal === 402) return 'declined';
  return refusal >= 400 && refusal < 500 ? 'refused' : 'unconfirmed';
}
