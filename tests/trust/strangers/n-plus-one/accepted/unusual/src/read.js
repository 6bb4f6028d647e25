import { list } from './database.js';

// What is read is rows, of one table each (and of makers with their products), in three steps: which orders; what belongs to them;
// what their lines name. Each step asks for all of it at once. `tx` is the transaction of the request.

export async function hasShop(tx, shop) {
  const rows = await tx`select id from shops where id = ${shop}`;
  return rows.length > 0;
}

/** Orders of a shop, newest first: with `before` only older ones. */
export function newestOrders(tx, { shop, before, limit }) {
  const older = before === null ? tx`` : tx`and id < ${before}`;
  return tx`
    select id, customer_id, placed_at
    from orders
    where shop_id = ${shop} ${older}
    order by id desc
    limit ${limit}`;
}

/** The order of that id, if the shop has it: one or none. */
export function theOrder(tx, { shop, id }) {
  return tx`select id, customer_id, placed_at from orders where shop_id = ${shop} and id = ${id}`;
}

/** Everything that is shown with these orders, by the id that it belongs to. */
export async function belongings(tx, shop, orders) {
  const ofOrders = list(orders.map((order) => order.id));
  const ofCustomers = list(orders.map((order) => order.customer_id).filter((id) => id !== null));
  const [lines, payments, customers, placed] = await Promise.all([
    tx`
      select order_id, position, product_id, quantity, cents
      from lines
      where order_id = any(${ofOrders}::integer[])
      order by order_id, position`,
    tx`
      select order_id, id, method, cents
      from payments
      where order_id = any(${ofOrders}::integer[])
      order by id`,
    tx`select id, name from customers where id = any(${ofCustomers}::integer[])`,
    tx`
      select customer_id, count(*)::integer as orders
      from orders
      where customer_id = any(${ofCustomers}::integer[])
      group by customer_id`,
  ]);

  const ofProducts = list(lines.map((line) => line.product_id));
  const [products, shelves] = await Promise.all([
    tx`
      select products.id, products.name, makers.id as maker_id, makers.name as maker_name
      from products
      join makers on makers.id = products.maker_id
      where products.id = any(${ofProducts}::integer[])`,
    tx`
      select product_id, label
      from shelves
      where shop_id = ${shop} and product_id = any(${ofProducts}::integer[])`,
  ]);

  return {
    lines: Map.groupBy(lines, (line) => line.order_id),
    payments: Map.groupBy(payments, (payment) => payment.order_id),
    customers: new Map(customers.map((customer) => [customer.id, customer])),
    placed: new Map(placed.map((customer) => [customer.customer_id, customer.orders])),
    products: new Map(products.map((product) => [product.id, product])),
    shelves: new Map(shelves.map((shelf) => [shelf.product_id, shelf.label])),
  };
}
