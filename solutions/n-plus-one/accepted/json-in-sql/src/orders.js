import { query } from './database.js';

// Each lateral subquery gives one row for each order, so that none of them multiplies the others.
const SHOWN = `
  SELECT o.id, o.placed_at AS "placedAt", customer.shown AS customer, line.shown AS lines, payment.shown AS payments,
         line.total AS "totalCents", payment.total AS "paidCents"
  FROM orders o
  LEFT JOIN LATERAL (
    SELECT json_build_object('id', c.id, 'name', c.name, 'orders', count(*)) AS shown
    FROM customers c JOIN orders theirs ON theirs.customer_id = c.id
    WHERE c.id = o.customer_id
    GROUP BY c.id
  ) customer ON true
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(l.quantity * l.cents::bigint), 0)::float8 AS total,
           coalesce(json_agg(json_build_object(
             'position', l.position, 'quantity', l.quantity, 'cents', l.cents,
             'product', json_build_object('id', p.id, 'name', p.name, 'maker', json_build_object('id', m.id, 'name', m.name)),
             'shelf', s.label
           ) ORDER BY l.position), '[]') AS shown
    FROM lines l
    JOIN products p ON p.id = l.product_id
    JOIN makers m ON m.id = p.maker_id
    LEFT JOIN shelves s ON s.product_id = p.id AND s.shop_id = o.shop_id
    WHERE l.order_id = o.id
  ) line
  CROSS JOIN LATERAL (
    SELECT coalesce(sum(cents), 0)::float8 AS total,
           coalesce(json_agg(json_build_object('id', id, 'method', method, 'cents', cents) ORDER BY id), '[]') AS shown
    FROM payments WHERE order_id = o.id
  ) payment
  WHERE o.shop_id = $1`;

export async function shopExists(id) {
  return (await query('SELECT id FROM shops WHERE id = $1', [id])).length > 0;
}

/** A shop's orders as they are shown, newest first; with `before` only those older than the order of that id. */
export function pageOfOrders(shopId, { limit, before = null }) {
  const page = `${SHOWN} AND ($2::integer IS NULL OR o.id < $2) ORDER BY o.id DESC LIMIT $3`;
  return query(page, [shopId, before, limit]);
}

/** One order as it is shown, or undefined. */
export async function orderOf(shopId, id) {
  const [order] = await query(`${SHOWN} AND o.id = $2`, [shopId, id]);
  return order;
}
