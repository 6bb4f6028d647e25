/** What the packing desk shows of an order. */
export async function presentOrder(order, shop) {
  const [customer, lines, payments] = await Promise.all([
    presentCustomer(order),
    order.lines.then((all) => Promise.all(all.map((line) => presentLine(line, shop)))),
    order.payments.then((all) => all.map(({ id, method, cents }) => ({ id, method, cents }))),
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
  return customer && { id: customer.id, name: customer.name, orders: await customer.countOrders() };
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
