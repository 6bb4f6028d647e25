import { row } from './database.ts';

export type Order = {
  id: number;
  placedAt: string;
  customer: { id: number; name: string; orders: number } | null;
  lines: Line[];
  payments: Payment[];
  totalCents: number;
  paidCents: number;
};

export type Line = {
  position: number;
  quantity: number;
  cents: number;
  product: { id: number; name: string; maker: { id: number; name: string } };
  shelf: string | null;
};

export type Payment = { id: number; method: string; cents: number };

/** What the database puts together of an order. The sums are made here, where no integer overflows. */
type Found = Pick<Order, 'id' | 'placedAt' | 'customer' | 'lines' | 'payments'>;

/**
 * The one statement of a request, and so one snapshot: all of it was committed at the same moment. It has one row where the shop exists,
 * and none where it does not. `candidates` says which orders are meant; all but the first `size` of them only tell that there are more.
 * $1 is the shop.
 */
const statement = (candidates: string, size: string): string => `
  WITH candidates AS (
    SELECT id, customer_id, placed_at
    FROM orders
    WHERE shop_id = $1::integer AND ${candidates}
  ), page AS (
    SELECT id, customer_id, placed_at
    FROM candidates
    ORDER BY id DESC
    LIMIT ${size}
  ), buyers AS (
    SELECT c.id, c.name, placed.orders
    FROM (SELECT DISTINCT customer_id FROM page) AS of_page
    JOIN customers AS c ON c.id = of_page.customer_id
    CROSS JOIN LATERAL (
      SELECT count(*)::integer AS orders FROM orders AS o WHERE o.customer_id = c.id
    ) AS placed
  )
  SELECT
    (SELECT count(*) FROM candidates) > (SELECT count(*) FROM page) AS more,
    (
      SELECT json_agg(
        json_build_object(
          'id', page.id,
          'placedAt', page.placed_at,
          'customer', CASE WHEN buyers.id IS NOT NULL THEN
            json_build_object('id', buyers.id, 'name', buyers.name, 'orders', buyers.orders)
          END,
          'lines', (
            SELECT json_agg(
              json_build_object(
                'position', l.position,
                'quantity', l.quantity,
                'cents', l.cents,
                'product', json_build_object(
                  'id', p.id,
                  'name', p.name,
                  'maker', json_build_object('id', m.id, 'name', m.name)
                ),
                'shelf', s.label
              )
              ORDER BY l.position
            )
            FROM lines AS l
            LEFT JOIN products AS p ON p.id = l.product_id
            LEFT JOIN makers AS m ON m.id = p.maker_id
            LEFT JOIN shelves AS s ON s.shop_id = $1::integer AND s.product_id = l.product_id
            WHERE l.order_id = page.id
          ),
          'payments', (
            SELECT json_agg(json_build_object('id', y.id, 'method', y.method, 'cents', y.cents) ORDER BY y.id)
            FROM payments AS y
            WHERE y.order_id = page.id
          )
        )
        ORDER BY page.id DESC
      )
      FROM page
      LEFT JOIN buyers ON buyers.id = page.customer_id
    ) AS orders
  FROM shops
  WHERE shops.id = $1::integer`;

const PAGE = statement('($2::integer IS NULL OR id < $2::integer) ORDER BY id DESC LIMIT $3::integer + 1', '$3::integer');
const ONE = statement('id = $2::integer', '1');

type Answer = { more: boolean; orders: (Omit<Found, 'lines' | 'payments'> & { lines: Line[] | null; payments: Payment[] | null })[] | null };

export async function shopExists(shopId: number): Promise<boolean> {
  return (await row('SELECT id FROM shops WHERE id = $1', [shopId])) !== null;
}

/** A page of the orders of a shop, newest first, or null where there is no such shop. */
export async function pageOfOrders(
  shopId: number,
  { size, before }: { size: number; before: number | null },
): Promise<{ orders: Order[]; next: number | null } | null> {
  const answer = await row<Answer>(PAGE, [shopId, before, size]);
  if (answer === null) return null;
  const orders = complete(answer);
  return { orders, next: answer.more ? orders[orders.length - 1].id : null };
}

/** One order of a shop, or null; `shop` says whether there is such a shop. */
export async function findOrder(shopId: number, orderId: number): Promise<{ shop: boolean; order: Order | null }> {
  const answer = await row<Answer>(ONE, [shopId, orderId]);
  if (answer === null) return { shop: false, order: null };
  const [order = null] = complete(answer);
  return { shop: true, order };
}

function complete({ orders }: Answer): Order[] {
  return (orders ?? []).map(({ id, placedAt, customer, lines, payments }) =>
    summed({ id, placedAt, customer, lines: lines ?? [], payments: payments ?? [] }),
  );
}

function summed({ id, placedAt, customer, lines, payments }: Found): Order {
  for (const { position, product } of lines) {
    // A page that shows no product, or no maker, sends a packer nowhere: no answer is better.
    if (product.maker.id === null) throw new Error(`order ${id}, line ${position}: no such product, or maker`);
  }
  return {
    id,
    // The database writes it with microseconds, and in its own time zone.
    placedAt: new Date(placedAt).toISOString(),
    customer,
    lines,
    payments,
    totalCents: lines.reduce((sum, { quantity, cents }) => sum + quantity * cents, 0),
    paidCents: payments.reduce((sum, { cents }) => sum + cents, 0),
  };
}
