/** What the packing desk shows of an order. */
export function presentOrder({ id, placed_at, customer_id, customer, customer_orders, ...order }) {
  const lines = order.lines.map(presentLine);
  const payments = order.payments.map((payment) => ({ id: payment.id, method: payment.method, cents: payment.cents }));
  return {
    id,
    placedAt: placed_at.toISOString(),
    customer: customer_id && { id: customer_id, name: customer, orders: customer_orders },
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

function presentLine({ position, quantity, cents, product_id, product, maker_id, maker, shelf }) {
  return {
    position,
    quantity,
    cents,
    product: { id: product_id, name: product, maker: { id: maker_id, name: maker } },
    shelf,
  };
}
