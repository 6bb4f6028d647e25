import QueryStream from 'pg-query-stream';

import { pool, query } from './database.js';

const JOINED = `
  SELECT o.id, o.placed_at, o.customer_id, c.name AS customer,
         (SELECT count(*)::integer FROM orders WHERE customer_id = o.customer_id) AS customer_orders,
         l.position, l.quantity, l.cents, l.product_id, p.name AS product, m.id AS maker_id, m.name AS maker,
         s.label AS shelf
  FROM page o
  LEFT JOIN customers c ON c.id = o.customer_id
  LEFT JOIN lines l ON l.order_id = o.id
  LEFT JOIN products p ON p.id = l.product_id
  LEFT JOIN makers m ON m.id = p.maker_id
  LEFT JOIN shelves s ON s.product_id = p.id AND s.shop_id = $1
  ORDER BY o.id DESC, l.position`;

export async function shopExists(id) {
  return (await query('SELECT id FROM shops WHERE id = $1', [id])).length > 0;
}

/** Orders of a shop with their lines and payments, newest first; with `before` only those older than that order. */
export function pageOfOrders(shopId, { limit, before = null }) {
  const page = 'SELECT * FROM orders WHERE shop_id = $1 AND ($2::integer IS NULL OR id < $2) ORDER BY id DESC LIMIT $3';
  return fetch(page, [shopId, before, limit]);
}

/** One order with its lines and payments, or undefined. */
export async function orderOf(shopId, id) {
  const [order] = await fetch('SELECT * FROM orders WHERE shop_id = $1 AND id = $2', [shopId, id]);
  return order;
}

async function fetch(page, values) {
  const orders = await joined(`WITH page AS (${page}) ${JOINED}`, values);
  const payments = await query('SELECT id, order_id, method, cents FROM payments WHERE order_id = ANY($1) ORDER BY id', [
    orders.map(({ id }) => id),
  ]);
  const byOrder = Map.groupBy(payments, (payment) => payment.order_id);
  for (const order of orders) order.payments = byOrder.get(order.id) ?? [];
  return orders;
}

/** Groups the rows of one order, which come one after another. */
async function joined(text, values) {
  const client = await pool.connect();
  const orders = [];
  try {
    for await (const row of client.query(new QueryStream(text, values))) {
      if (orders.at(-1)?.id !== row.id) orders.push({ ...row, lines: [] });
      if (row.position !== null) orders.at(-1).lines.push(row);
    }
    client.release();
  } catch (error) {
    client.release(error);
    throw error;
  }
  return orders;
}
