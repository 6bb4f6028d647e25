import { totalOf } from './catalogue.ts';
import type { Item } from './catalogue.ts';
import type { PaymentSettings } from './config.ts';
import { log } from './log.ts';
import type { Order, Orders } from './orders.ts';
import type { Answer, Provider } from './provider.ts';
import type { RetryBudget } from './retry-budget.ts';
import { now, sleepUntil } from './time.ts';
import type { Moment } from './time.ts';

export interface CheckoutRequest {
  orderId: string;
  items: Item[];
  card: string;
}

interface Parts {
  orders: Orders;
  provider: Provider;
  budget: RetryBudget;
  settings: PaymentSettings;
}

const HELD_LIMIT = 10_000;
/** Of a wait before its jitter, in base delays. */
const CAP = 16;

export class Checkout {
  readonly #orders: Orders;
  readonly #provider: Provider;
  readonly #budget: RetryBudget;
  readonly #settings: PaymentSettings;
  readonly #underWay = new Map<string, Promise<Order>>();
  /** Orders the provider asked us to come back with later. Outlives the checkout: the customer may be back earlier. */
  readonly #held = new Map<string, Moment>();

  constructor({ orders, provider, budget, settings }: Parts) {
    this.#orders = orders;
    this.#provider = provider;
    this.#budget = budget;
    this.#settings = settings;
  }

  /** Takes payment for an order, at most once. Resolves with the order as it stands then, by `deadline` at the latest. */
  async take({ orderId, items, card }: CheckoutRequest, deadline: Moment): Promise<Order> {
    const known = this.#orders.find(orderId);
    if (known && known.status !== 'pending' && known.status !== 'unconfirmed') return known;

    const amount = totalOf(items);
    const underWay = this.#underWay.get(orderId);
    if (underWay) return underWay;

    const order: Order = { orderId, amount, currency: 'EUR', status: 'pending' };
    const payment = this.#pay(order, card, deadline).finally(() => this.#underWay.delete(orderId));
    this.#underWay.set(orderId, payment);
    return payment;
  }

  async #pay(order: Order, card: string, deadline: Moment): Promise<Order> {
    this.#orders.save(order);
    const { orderId, amount } = order;
    const answer = await this.#attempt(order, card, deadline);
    if (answer.kind === 'charged') {
      log('info', 'order paid', { orderId, amount, chargeId: answer.chargeId });
      return this.#orders.save({ ...order, status: 'paid', chargeId: answer.chargeId });
    }
    const status = answer.kind === 'declined' || answer.kind === 'refused' ? answer.kind : 'unconfirmed';
    log(status === 'unconfirmed' ? 'error' : 'info', `order ${status}`, { orderId, reason: answer.message });
    return this.#orders.save({ ...order, status, reason: answer.reason });
  }

  /** Asks the provider as often as it makes sense and is allowed, and returns its last answer. */
  async #attempt({ orderId, amount, currency }: Order, card: string, deadline: Moment): Promise<Answer> {
    const { timeoutMs, maxAttempts } = this.#settings;

    const held = this.#held.get(orderId);
    if (held !== undefined && held > now()) {
      const start = this.#momentAfterHold(held, deadline);
      if (start >= deadline) {
        return { kind: 'transient', reason: 'held_back', message: 'the provider wants this order later' };
      }
      await sleepUntil(start);
    }
    this.#held.delete(orderId);

    this.#budget.checkoutBegun();
    for (let attempt = 1; ; attempt += 1) {
      const timeLeft = Math.max(1, Math.min(timeoutMs, deadline - now()));
      const answer = await this.#provider.charge({ order: orderId, amount, currency, card }, timeLeft);
      if (answer.kind !== 'transient') return answer;
      if (answer.notBefore !== undefined) this.#hold(orderId, answer.notBefore);

      const next = this.#nextMoment(answer.notBefore, attempt, deadline);
      // Whoever cannot be asked for again is told so now, and not after a wait for nothing.
      if (attempt >= maxAttempts || next >= deadline || !this.#budget.allows()) return answer;
      log('warn', 'charge attempt failed', { orderId, attempt, reason: answer.message });
      await sleepUntil(next);
      if (now() >= deadline || !this.#budget.take()) return answer;
    }
  }

  #nextMoment(notBefore: Moment | undefined, attempt: number, deadline: Moment): Moment {
    if (notBefore !== undefined && notBefore > now()) return this.#momentAfterHold(notBefore, deadline);
    const around = this.#settings.baseDelayMs * Math.min(CAP, 2 ** (attempt - 1));
    return now() + around * 2 * Math.random();
  }

  /** Everybody else was told the same second; this one comes a little after it, if the deadline leaves room for that. */
  #momentAfterHold(notBefore: Moment, deadline: Moment): Moment {
    const room = Math.max(0, deadline - notBefore);
    return notBefore + Math.random() * Math.min(this.#settings.baseDelayMs, room / 2);
  }

  #hold(orderId: string, until: Moment): void {
    this.#held.delete(orderId);
    this.#held.set(orderId, until);
    if (this.#held.size > HELD_LIMIT) {
      const [oldest] = this.#held.keys();
      if (oldest !== undefined) this.#held.delete(oldest);
    }
  }
}
