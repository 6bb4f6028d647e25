import { query } from './database.js';
import { Record } from './record.js';

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

  async countOrders() {
    const [{ count }] = await query('SELECT count(*)::integer AS count FROM orders WHERE customer_id = $1', [this.id]);
    return count;
  }
}

export class Order extends Record {
  static table = 'orders';

  get customer() {
    return this.customer_id === null ? null : this.hasOne(Customer, { id: this.customer_id });
  }

  get lines() {
    return this.hasMany(Line, { order_id: this.id });
  }

  get payments() {
    return this.hasMany(Payment, { order_id: this.id });
  }
}

export class Line extends Record {
  static table = 'lines';
  static sortedBy = 'position';

  get product() {
    return this.hasOne(Product, { id: this.product_id });
  }
}

export class Payment extends Record {
  static table = 'payments';
}

export class Product extends Record {
  static table = 'products';

  get maker() {
    return this.hasOne(Maker, { id: this.maker_id });
  }

  shelfIn(shop) {
    return this.hasOne(Shelf, { shop_id: shop.id, product_id: this.id });
  }
}

export class Maker extends Record {
  static table = 'makers';
}

export class Shelf extends Record {
  static table = 'shelves';
}
