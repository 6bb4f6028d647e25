/** What the packing desk shows of an order. */
export async function presentOrder(order, shop) {
  const lines = [];
  for (const line of await order.lines) lines.push(await presentLine(line, shop));
  const payments = (await order.payments).map(({ id, method, cents }) => ({ id, method, cents }));
  return {
    id: order.id,
    placedAt: order.placed_at.toISOString(),
    customer: await presentCustomer(await order.customer),
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

async function presentCustomer(customer) {
  if (!customer) return null;
  return { id: customer.id, name: customer.name, orders: await customer.orders };
}

async function presentLine(line, shop) {
  const product = await line.product;
  const maker = await product.maker;
  const shelf = await product.shelfIn(shop);
  return {
    position: line.position,
    quantity: line.quantity,
    cents: line.cents,
    product: { id: product.id, name: product.name, maker: { id: maker.id, name: maker.name } },
    shelf: shelf?.label ?? null,
  };
}
