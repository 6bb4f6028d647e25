export type Status = 'pending' | 'paid' | 'declined' | 'refused' | 'unconfirmed';

export interface Order {
  orderId: string;
  amount: number;
  currency: 'EUR';
  status: Status;
  chargeId?: string;
  reason?: string;
}

const LIMIT = 10_000;
const orders = new Map<string, Order>();

export function findOrder(orderId: string): Order | undefined {
  return orders.get(orderId);
}

export function saveOrder(order: Order): Order {
  orders.delete(order.orderId);
  orders.set(order.orderId, order);
  if (orders.size > LIMIT) orders.delete(orders.keys().next().value as string);
  return order;
}
