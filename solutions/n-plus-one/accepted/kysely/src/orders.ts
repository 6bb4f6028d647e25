import type { ExpressionBuilder } from 'kysely';
import { jsonArrayFrom, jsonObjectFrom } from 'kysely/helpers/postgres';

import { db, type Database } from './database.ts';

type OfOrders = ExpressionBuilder<Database, 'orders'>;

const customer = (eb: OfOrders) =>
  jsonObjectFrom(
    eb
      .selectFrom('customers')
      .whereRef('customers.id', '=', 'orders.customer_id')
      .select(({ selectFrom, fn }) => [
        'customers.id',
        'customers.name',
        selectFrom('orders as theirs')
          .whereRef('theirs.customer_id', '=', 'customers.id')
          .select(fn.countAll<number>().as('count'))
          .as('orders'),
      ]),
  );

const lines = (eb: OfOrders) =>
  jsonArrayFrom(
    eb
      .selectFrom('lines')
      .innerJoin('products', 'products.id', 'lines.product_id')
      .innerJoin('makers', 'makers.id', 'products.maker_id')
      .leftJoin('shelves', (join) =>
        join.onRef('shelves.product_id', '=', 'products.id').onRef('shelves.shop_id', '=', 'orders.shop_id'),
      )
      .whereRef('lines.order_id', '=', 'orders.id')
      .select(['position', 'quantity', 'cents', 'lines.product_id', 'products.name as product'])
      .select(['maker_id', 'makers.name as maker', 'label as shelf'])
      .orderBy('position'),
  );

const payments = (eb: OfOrders) =>
  jsonArrayFrom(
    eb
      .selectFrom('payments')
      .whereRef('payments.order_id', '=', 'orders.id')
      .select(['id', 'method', 'cents'])
      .orderBy('id'),
  );

const ordersOf = (shop: number) =>
  db
    .selectFrom('orders')
    .where('shop_id', '=', shop)
    .select((eb) => ['id', 'placed_at', customer(eb).as('customer'), lines(eb).as('lines'), payments(eb).as('payments')]);

type Fetched = Awaited<ReturnType<ReturnType<typeof ordersOf>['execute']>>[number];

export async function shopExists(id: number): Promise<boolean> {
  return (await db.selectFrom('shops').where('id', '=', id).select('id').executeTakeFirst()) !== undefined;
}

/** A shop's orders as they are shown, newest first; with `before` only those older than the order of that id. */
export async function pageOfOrders(shop: number, limit: number, before: number | null) {
  const page = ordersOf(shop).orderBy('id', 'desc').limit(limit);
  return (await (before ? page.where('id', '<', before) : page).execute()).map(present);
}

/** One order as it is shown, or undefined. */
export async function orderOf(shop: number, id: number) {
  const order = await ordersOf(shop).where('id', '=', id).executeTakeFirst();
  return order && present(order);
}

function present({ id, placed_at, ...order }: Fetched) {
  return {
    id,
    placedAt: placed_at.toISOString(),
    customer: order.customer,
    lines: order.lines.map(({ product_id, product, maker_id, maker, ...line }) => ({
      ...line,
      product: { id: product_id, name: product, maker: { id: maker_id, name: maker } },
    })),
    payments: order.payments,
    totalCents: order.lines.reduce((sum, line) => sum + line.quantity * line.cents, 0),
    paidCents: order.payments.reduce((sum, payment) => sum + payment.cents, 0),
  };
}
