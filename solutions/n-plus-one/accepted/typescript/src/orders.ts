import type { Query } from './database.ts';

type Order = { id: number; placed_at: Date; customer_id: number | null };
type Customer = { id: number; name: string; orders: number };
type Line = { order_id: number; position: number; quantity: number; cents: number; product_id: number };
type Payment = { order_id: number; id: number; method: string; cents: number };
type Product = { id: number; name: string; maker_id: number; shelf: string | null };
type Maker = { id: number; name: string };

export type ShownLine = Pick<Line, 'position' | 'quantity' | 'cents'> & {
  product: { id: number; name: string; maker: Maker };
  shelf: string | null;
};

export type ShownOrder = {
  id: number;
  placedAt: string;
  customer: Customer | null;
  lines: ShownLine[];
  payments: Omit<Payment, 'order_id'>[];
  totalCents: number;
  paidCents: number;
};

export async function shopExists(query: Query, shop: number): Promise<boolean> {
  return (await query('SELECT id FROM shops WHERE id = $1', shop)).length > 0;
}

/** Orders of a shop, newest first; with `before` only those older than the order of that id. */
export async function newest(query: Query, shop: number, limit: number, before: number | null): Promise<Order[]> {
  const older = 'shop_id = $1 AND ($2::integer IS NULL OR id < $2)';
  return query(`SELECT id, placed_at, customer_id FROM orders WHERE ${older} ORDER BY id DESC LIMIT $3`, shop, before, limit);
}

export async function single(query: Query, shop: number, id: number): Promise<Order | undefined> {
  const [order] = await query<Order>('SELECT * FROM orders WHERE shop_id = $1 AND id = $2', shop, id);
  return order;
}

/** All that is shown of these orders: a fixed number of statements, however many orders and lines they are. */
export async function shown(query: Query, shop: number, orders: Order[]): Promise<ShownOrder[]> {
  const ids = orders.map((order) => order.id);
  const customers = byId(await customersOf(query, distinct(orders, (order) => order.customer_id)));
  const payments = await query<Payment>('SELECT * FROM payments WHERE order_id = ANY($1) ORDER BY id', ids);
  const lines = await query<Line>('SELECT * FROM lines WHERE order_id = ANY($1) ORDER BY order_id, position', ids);
  const products = byId(await productsOf(query, shop, distinct(lines, (line) => line.product_id)));
  const makers = byId(await makersOf(query, distinct([...products.values()], (product) => product.maker_id)));
  const linesOf = Map.groupBy(lines, (line) => line.order_id);
  const paymentsOf = Map.groupBy(payments, (payment) => payment.order_id);

  const showLine = ({ position, quantity, cents, product_id }: Line): ShownLine => {
    const { id, name, maker_id, shelf } = products.get(product_id)!;
    return { position, quantity, cents, product: { id, name, maker: makers.get(maker_id)! }, shelf };
  };
  return orders.map(({ id, placed_at, customer_id }) => {
    const own = (linesOf.get(id) ?? []).map(showLine);
    const paid = (paymentsOf.get(id) ?? []).map(({ order_id: _, ...payment }) => payment);
    return {
      id,
      placedAt: placed_at.toISOString(),
      customer: customer_id === null ? null : customers.get(customer_id)!,
      lines: own,
      payments: paid,
      totalCents: sum(own, (line) => line.quantity * line.cents),
      paidCents: sum(paid, (payment) => payment.cents),
    };
  });
}

function customersOf(query: Query, ids: number[]): Promise<Customer[]> {
  const counted = 'SELECT customer_id, count(*)::integer AS orders FROM orders WHERE customer_id = ANY($1) GROUP BY 1';
  return query(`SELECT id, name, orders FROM customers JOIN (${counted}) ON customer_id = id WHERE id = ANY($1)`, ids);
}

function productsOf(query: Query, shop: number, ids: number[]): Promise<Product[]> {
  const shelves = 'LEFT JOIN shelves s ON s.product_id = p.id AND s.shop_id = $1';
  return query(`SELECT p.*, s.label AS shelf FROM products p ${shelves} WHERE p.id = ANY($2)`, shop, ids);
}

function makersOf(query: Query, ids: number[]): Promise<Maker[]> {
  return query('SELECT id, name FROM makers WHERE id = ANY($1)', ids);
}

function byId<Row extends { id: number }>(rows: Row[]): Map<number, Row> {
  return new Map(rows.map((row) => [row.id, row]));
}

function distinct<Row>(rows: Row[], key: (row: Row) => number | null): number[] {
  return [...new Set(rows.map(key))].filter((each) => each !== null);
}

function sum<Row>(rows: Row[], value: (row: Row) => number): number {
  return rows.reduce((total, row) => total + value(row), 0);
}
