import knex from 'knex';

import { config } from './config.js';

export const db = knex({ client: 'pg', connection: config.databaseUrl, pool: { min: 0, max: 10 } });

export function findShop(id) {
  return db('shops').where({ id }).first('id');
}

/** Orders of a shop as they are shown, newest first; with `before` only those older than the order of that id. */
export async function pageOfOrders(shop, { limit, before }) {
  const page = db('orders').where({ shop_id: shop }).orderBy('id', 'desc').limit(limit);
  return shown(await (before ? page.where('id', '<', before) : page), shop);
}

/** One order as it is shown, or undefined. */
export async function orderOf(shop, id) {
  const [order] = await shown(await db('orders').where({ shop_id: shop, id }), shop);
  return order;
}

async function shown(orders, shop) {
  const ids = orders.map(({ id }) => id);
  const customerIds = distinct(orders.map(({ customer_id }) => customer_id));
  const [customers, counts, lines, payments] = await Promise.all([
    db('customers').whereIn('id', customerIds),
    db('orders').whereIn('customer_id', customerIds).groupBy('customer_id').select('customer_id').count('* as orders'),
    linesOf(ids, shop),
    db('payments').whereIn('order_id', ids).orderBy('id'),
  ]);
  const countOf = new Map(counts.map(({ customer_id, orders }) => [customer_id, Number(orders)]));
  const customerOf = new Map(customers.map(({ id, name }) => [id, { id, name, orders: countOf.get(id) }]));
  const linesByOrder = Map.groupBy(lines, ({ order_id }) => order_id);
  const paymentsByOrder = Map.groupBy(payments, ({ order_id }) => order_id);
  return orders.map(({ id, placed_at, customer_id }) =>
    present({
      id,
      placedAt: placed_at,
      customer: customerOf.get(customer_id) ?? null,
      lines: linesByOrder.get(id) ?? [],
      payments: paymentsByOrder.get(id) ?? [],
    }),
  );
}

function linesOf(orderIds, shop) {
  return db('lines')
    .whereIn('order_id', orderIds)
    .join('products', 'products.id', 'lines.product_id')
    .join('makers', 'makers.id', 'products.maker_id')
    .leftJoin('shelves', (join) => join.on('shelves.product_id', 'products.id').andOnVal('shelves.shop_id', shop))
    .orderBy(['lines.order_id', 'lines.position'])
    .select('lines.*', 'products.name as product', 'maker_id', 'makers.name as maker', 'shelves.label as shelf');
}

function present({ lines, payments, ...order }) {
  return {
    ...order,
    lines: lines.map(({ position, quantity, cents, product_id, product, maker_id, maker, shelf }) => ({
      position,
      quantity,
      cents,
      product: { id: product_id, name: product, maker: { id: maker_id, name: maker } },
      shelf,
    })),
    payments: payments.map(({ id, method, cents }) => ({ id, method, cents })),
    totalCents: lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}

function distinct(ids) {
  return [...new Set(ids)].filter((id) => id !== null);
}
