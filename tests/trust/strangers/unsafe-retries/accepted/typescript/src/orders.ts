export type Status = 'pending' | 'paid' | 'declined' | 'refused' | 'unconfirmed';

export interface Order {
  orderId: string;
  amount: number;
  currency: string;
  status: Status;
  chargeId?: string;
  reason?: string;
}

const LIMIT = 10_000;

/** The orders as this copy last saw them; the oldest are forgotten. */
export class Orders {
  readonly #orders = new Map<string, Order>();

  find(orderId: string): Order | undefined {
    return this.#orders.get(orderId);
  }

  save(order: Order): Order {
    this.#orders.delete(order.orderId);
    this.#orders.set(order.orderId, order);
    if (this.#orders.size > LIMIT) {
      const [oldest] = this.#orders.keys();
      if (oldest !== undefined) this.#orders.delete(oldest);
    }
    return order;
  }
}
