import { query } from './database.js';

export async function shopExists(id) {
  return (await query('SELECT id FROM shops WHERE id = $1', [id])).length > 0;
}

/** A shop's orders as they are shown, newest first; with `before` only those older than the order of that id. */
export async function pageOfOrders(shopId, { limit, before = null }) {
  const page = 'SELECT id FROM orders WHERE shop_id = $1 AND ($2::integer IS NULL OR id < $2) ORDER BY id DESC LIMIT $3';
  const rows = await query(`SELECT pg_temp.shown(id) AS shown FROM (${page}) page`, [shopId, before, limit]);
  return rows.map(({ shown }) => shown);
}

/** One order as it is shown, or undefined. */
export async function orderOf(shopId, id) {
  const [row] = await query('SELECT pg_temp.shown(id) AS shown FROM orders WHERE shop_id = $1 AND id = $2', [shopId, id]);
  return row?.shown;
}
