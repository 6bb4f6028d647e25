const LIMIT = 10_000;
const orders = new Map();

export function findOrder(orderId) {
  return orders.get(orderId);
}

export function saveOrder(order) {
  orders.delete(order.orderId);
  orders.set(order.orderId, order);
  if (orders.size > LIMIT) orders.delete(orders.keys().next().value);
  return order;
}
