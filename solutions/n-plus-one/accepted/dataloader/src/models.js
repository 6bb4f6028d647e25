import { query } from './database.js';
import { Record } from './record.js';

export class Shop extends Record {
  static table = 'shops';

  /** Orders of this shop, newest first; with `before` only those older than the order of that id. */
  orders({ limit, before = null }) {
    const conditions = 'shop_id = $1 AND ($2::integer IS NULL OR id < $2)';
    return Order.select(conditions, [this.id, before, limit], 'ORDER BY id DESC LIMIT $3', this.loaders);
  }

  order(id) {
    return Order.findBy({ shop_id: this.id, id }, this.loaders);
  }
}

export class Customer extends Record {
  static table = 'customers';

  get orderCount() {
    return this.loaders.of('orders of customers', countOrders).load(this.id);
  }
}

export class Order extends Record {
  static table = 'orders';

  get customer() {
    return this.customer_id === null ? null : this.hasOne(Customer, this.customer_id);
  }

  get lines() {
    return this.hasMany(Line, 'order_id');
  }

  get payments() {
    return this.hasMany(Payment, 'order_id');
  }
}

export class Line extends Record {
  static table = 'lines';
  static sortedBy = 'order_id, position';

  get product() {
    return this.hasOne(Product, this.product_id);
  }
}

export class Payment extends Record {
  static table = 'payments';
}

export class Product extends Record {
  static table = 'products';

  get maker() {
    return this.hasOne(Maker, this.maker_id);
  }

  shelfIn(shop) {
    return this.hasOne(Shelf, this.id, 'product_id', { shop_id: shop.id });
  }
}

export class Maker extends Record {
  static table = 'makers';
}

export class Shelf extends Record {
  static table = 'shelves';
  static sortedBy = 'product_id';
}

async function countOrders(customers) {
  const text = 'SELECT customer_id, count(*)::integer AS orders FROM orders WHERE customer_id = ANY($1) GROUP BY 1';
  const rows = await query(text, [customers]);
  return new Map(rows.map((row) => [row.customer_id, row.orders]));
}
