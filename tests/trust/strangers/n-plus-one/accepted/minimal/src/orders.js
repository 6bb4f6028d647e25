import { query } from './database.js';

// Orders are read in four statements, however many there are: the orders with their customers; how many orders those customers have
// placed; the lines with what they name; the payments. Each is read once per request, and nothing is kept.

const ORDERS = `
  SELECT o.id, o.placed_at, c.id AS customer_id, c.name AS customer_name
  FROM orders o LEFT JOIN customers c ON c.id = o.customer_id`;

const LINES = `
  SELECT l.order_id, l.position, l.quantity, l.cents,
         p.id AS product_id, p.name AS product_name, m.id AS maker_id, m.name AS maker_name, s.label AS shelf
  FROM lines l
  LEFT JOIN products p ON p.id = l.product_id
  LEFT JOIN makers m ON m.id = p.maker_id
  LEFT JOIN shelves s ON s.shop_id = $2 AND s.product_id = l.product_id
  WHERE l.order_id = ANY($1::integer[])
  ORDER BY l.order_id, l.position`;

const PAYMENTS = `
  SELECT order_id, id, method, cents
  FROM payments
  WHERE order_id = ANY($1::integer[])
  ORDER BY id`;

const PLACED = `
  SELECT customer_id, count(*)::integer AS orders
  FROM orders
  WHERE customer_id = ANY($1::integer[])
  GROUP BY customer_id`;

export async function shopExists(shopId) {
  const rows = await query('SELECT id FROM shops WHERE id = $1', [shopId]);
  return rows.length > 0;
}

/** A page of the orders of a shop, newest first; with `before` only those older than the order of that id. */
export async function pageOfOrders(shopId, { size, before }) {
  // One more than is shown tells whether there is a following page.
  const found = await query(
    `${ORDERS} WHERE o.shop_id = $1 AND ($2::integer IS NULL OR o.id < $2) ORDER BY o.id DESC LIMIT $3`,
    [shopId, before, size + 1],
  );
  const page = found.slice(0, size);
  return { orders: await complete(page, shopId), next: found.length > size ? page.at(-1).id : null };
}

/** One order of a shop, or null. */
export async function findOrder(shopId, orderId) {
  const found = await query(`${ORDERS} WHERE o.shop_id = $1 AND o.id = $2`, [shopId, orderId]);
  const [order = null] = await complete(found, shopId);
  return order;
}

/** What the packing desk shows of these orders. */
async function complete(orders, shopId) {
  if (orders.length === 0) return [];
  const ids = orders.map((order) => order.id);
  const lines = Map.groupBy(await query(LINES, [ids, shopId]), (line) => line.order_id);
  const payments = Map.groupBy(await query(PAYMENTS, [ids]), (payment) => payment.order_id);
  const placed = await ordersPlacedBy(orders.map((order) => order.customer_id).filter((id) => id !== null));
  return orders.map((order) =>
    present(order, {
      lines: (lines.get(order.id) ?? []).map(presentLine),
      payments: (payments.get(order.id) ?? []).map(({ id, method, cents }) => ({ id, method, cents })),
      placed: placed.get(order.customer_id) ?? 0,
    }),
  );
}

async function ordersPlacedBy(customerIds) {
  if (customerIds.length === 0) return new Map();
  const rows = await query(PLACED, [[...new Set(customerIds)]]);
  return new Map(rows.map((row) => [row.customer_id, row.orders]));
}

function present(order, { lines, payments, placed }) {
  return {
    id: order.id,
    placedAt: order.placed_at.toISOString(),
    customer:
      order.customer_id === null ? null : { id: order.customer_id, name: order.customer_name, orders: placed },
    lines,
    payments,
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

function presentLine(line) {
  // A total without the line would be wrong, so no answer is better.
  if (line.maker_id === null) throw new Error(`order ${line.order_id}, line ${line.position}: no such product, or maker`);
  return {
    position: line.position,
    quantity: line.quantity,
    cents: line.cents,
    product: {
      id: line.product_id,
      name: line.product_name,
      maker: { id: line.maker_id, name: line.maker_name },
    },
    shelf: line.shelf,
  };
}
