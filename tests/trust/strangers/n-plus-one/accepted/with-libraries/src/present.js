// Orders, and what belongs to them, are presented side by side, so that what one of them needs is fetched together with what the
// others need. Whoever waits for one thing after the other here makes statements of it.

export function presentOrders(orders, shop) {
  return Promise.all(orders.map((order) => presentOrder(order, shop)));
}

/** What the packing desk shows of an order. */
export async function presentOrder(order, shop) {
  const [customer, lines, payments] = await Promise.all([
    presentCustomer(order),
    presentLines(order, shop),
    presentPayments(order),
  ]);
  return {
    id: order.id,
    placedAt: order.placed_at.toISOString(),
    customer,
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

async function presentCustomer(order) {
  const customer = await order.customer;
  if (!customer) return null;
  return { id: customer.id, name: customer.name, orders: await customer.orders };
}

async function presentLines(order, shop) {
  const lines = await order.lines;
  return Promise.all(lines.map((line) => presentLine(line, shop)));
}

async function presentPayments(order) {
  const payments = await order.payments;
  return payments.map(({ id, method, cents }) => ({ id, method, cents }));
}

async function presentLine(line, shop) {
  const product = await line.product;
  const [maker, shelf] = await Promise.all([product.maker, product.shelfIn(shop)]);
  return {
    position: line.position,
    quantity: line.quantity,
    cents: line.cents,
    product: { id: product.id, name: product.name, maker: { id: maker.id, name: maker.name } },
    shelf: shelf?.label ?? null,
  };
}
