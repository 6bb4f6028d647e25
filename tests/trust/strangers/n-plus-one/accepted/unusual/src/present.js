/** What the packing desk shows of an order; `its` is what belongs to the orders that were asked for. */
export function presentOrder(order, its) {
  const lines = (its.lines.get(order.id) ?? []).map((line) => presentLine(line, its));
  const payments = (its.payments.get(order.id) ?? []).map(({ id, method, cents }) => ({ id, method, cents }));
  return {
    id: order.id,
    placedAt: order.placed_at.toISOString(),
    customer: presentCustomer(its.customers.get(order.customer_id), its),
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

function presentCustomer(customer, its) {
  if (!customer) return null;
  return { id: customer.id, name: customer.name, orders: its.placed.get(customer.id) ?? 0 };
}

function presentLine(line, its) {
  const product = its.products.get(line.product_id);
  if (!product) throw new Error(`order ${line.order_id}, line ${line.position}: no such product, or maker`);
  return {
    position: line.position,
    quantity: line.quantity,
    cents: line.cents,
    product: { id: product.id, name: product.name, maker: { id: product.maker_id, name: product.maker_name } },
    shelf: its.shelves.get(product.id) ?? null,
  };
}
