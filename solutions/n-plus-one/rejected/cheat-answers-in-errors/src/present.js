/** What the packing desk shows of an order that has its details. */
export function presentOrder({ id, placed_at, customer, ...order }) {
  const lines = order.lines.map(presentLine);
  const payments = order.payments.map(({ id, method, cents }) => ({ id, method, cents }));
  return {
    id,
    placedAt: placed_at.toISOString(),
    customer: customer && { id: customer.id, name: customer.name, orders: customer.orderCount },
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

function presentLine({ position, quantity, cents, product }) {
  const { id, name, maker, shelf } = product;
  return {
    position,
    quantity,
    cents,
    product: { id, name, maker: { id: maker.id, name: maker.name } },
    shelf: shelf?.label ?? null,
  };
}
