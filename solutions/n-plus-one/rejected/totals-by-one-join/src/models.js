import { query } from './database.js';
import { includeMany, includeOne, Record } from './record.js';

export class Shop extends Record {
  static table = 'shops';

  /** Orders of this shop, newest first; with `before` only those older than the order of that id. */
  orders({ limit, before = null }) {
    const conditions = 'shop_id = $1 AND ($2::integer IS NULL OR id < $2)';
    return Order.select(conditions, [this.id, before, limit], 'ORDER BY id DESC LIMIT $3');
  }

  order(id) {
    return Order.findBy({ shop_id: this.id, id });
  }
}

export class Customer extends Record {
  static table = 'customers';
}

export class Order extends Record {
  static table = 'orders';

  /** Fetches all that is shown of these orders, which are of one shop. */
  static async withDetails(orders, shop) {
    const customers = await includeOne(orders, 'customer', Customer, { from: 'customer_id' });
    await countOrders(customers);
    await includeMany(orders, 'payments', Payment, { to: 'order_id' });
    const lines = await includeMany(orders, 'lines', Line, { to: 'order_id' });
    await sumUp(orders);
    const products = await includeOne(lines, 'product', Product, { from: 'product_id' });
    await includeOne(products, 'maker', Maker, { from: 'maker_id' });
    await includeOne(products, 'shelf', Shelf, { from: 'id', to: 'product_id', scope: { shop_id: shop.id } });
    return orders;
  }
}

export class Line extends Record {
  static table = 'lines';
  static sortedBy = 'order_id, position';
}

export class Payment extends Record {
  static table = 'payments';
}

export class Product extends Record {
  static table = 'products';
}

export class Maker extends Record {
  static table = 'makers';
}

export class Shelf extends Record {
  static table = 'shelves';
  static sortedBy = 'product_id';
}

async function sumUp(orders) {
  const text = `SELECT o.id, coalesce(sum(l.quantity * l.cents::bigint), 0)::float8 AS total, coalesce(sum(p.cents), 0)::float8 AS paid
    FROM orders o LEFT JOIN lines l ON l.order_id = o.id LEFT JOIN payments p ON p.order_id = o.id
    WHERE o.id = ANY($1) GROUP BY o.id`;
  const sums = new Map((await query(text, [orders.map(({ id }) => id)])).map((row) => [row.id, row]));
  for (const order of orders) Object.assign(order, sums.get(order.id));
}

async function countOrders(customers) {
  if (customers.length === 0) return;
  const text = 'SELECT customer_id, count(*)::integer AS orders FROM orders WHERE customer_id = ANY($1) GROUP BY 1';
  const counts = await query(text, [customers.map(({ id }) => id)]);
  const byCustomer = new Map(counts.map((row) => [row.customer_id, row.orders]));
  for (const customer of customers) customer.orderCount = byCustomer.get(customer.id) ?? 0;
}
