import { Table } from './loaders.js';

const shops = new Table('shops', ['id']);
const orders = new Table('orders', ['id', 'customer_id', 'placed_at']);
const customers = new Table('customers', ['id', 'name']);
const lines = new Table('lines', ['order_id', 'position', 'product_id', 'quantity', 'cents'], 'order_id, position');
const payments = new Table('payments', ['id', 'order_id', 'method', 'cents']);
const products = new Table('products', ['id', 'maker_id', 'name']);
const makers = new Table('makers', ['id', 'name']);
const shelves = new Table('shelves', ['product_id', 'label'], 'product_id');

/** A row with its relations: `await order.customer`, `await order.lines`. What is read of many records at once is fetched at once. */
class Record {
  #load;

  constructor(load, row) {
    this.#load = load;
    Object.assign(this, row);
  }

  get load() {
    return this.#load;
  }

  async one(Model, table, column, key, fixed) {
    const row = await this.#load.row(table, column, key, fixed);
    return row && new Model(this.#load, row);
  }

  async many(Model, table, column, key) {
    const rows = await this.#load.rows(table, column, key);
    return rows.map((row) => new Model(this.#load, row));
  }
}

export class Shop extends Record {
  static async find(load, id) {
    const row = await load.row(shops, 'id', id);
    return row && new Shop(load, row);
  }

  /** Orders of this shop, newest first; with `before` only those older than the order of that id. */
  orders({ limit, before = null }) {
    return this.#select('($2::integer IS NULL OR id < $2) ORDER BY id DESC LIMIT $3', [before, limit]);
  }

  async order(id) {
    const [order = null] = await this.#select('id = $2', [id]);
    return order;
  }

  async #select(rest, values) {
    const text = `SELECT ${orders.columns.join(', ')} FROM orders WHERE shop_id = $1 AND ${rest}`;
    const rows = await this.load.query(text, [this.id, ...values]);
    return rows.map((row) => new Order(this.load, row));
  }
}

class Customer extends Record {
  /** How many orders the customer has placed, in whatever shop. */
  get orders() {
    return this.load.count(orders, 'customer_id', this.id);
  }
}

class Order extends Record {
  get customer() {
    return this.customer_id === null ? null : this.one(Customer, customers, 'id', this.customer_id);
  }

  get lines() {
    return this.many(Line, lines, 'order_id', this.id);
  }

  get payments() {
    return this.many(Payment, payments, 'order_id', this.id);
  }
}

class Line extends Record {
  get product() {
    return this.one(Product, products, 'id', this.product_id);
  }
}

class Payment extends Record {}

class Product extends Record {
  get maker() {
    return this.one(Maker, makers, 'id', this.maker_id);
  }

  /** The loaders are a request's, and a request is for one shop. */
  shelfIn(shop) {
    return this.one(Shelf, shelves, 'product_id', this.id, { shop_id: shop.id });
  }
}

class Maker extends Record {}

class Shelf extends Record {}
