CREATE TABLE shops (
  id integer PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE makers (
  id integer PRIMARY KEY,
  name text NOT NULL
);

CREATE TABLE products (
  id integer PRIMARY KEY,
  maker_id integer NOT NULL REFERENCES makers,
  name text NOT NULL
);

CREATE TABLE shelves (
  shop_id integer NOT NULL REFERENCES shops,
  product_id integer NOT NULL REFERENCES products,
  label text NOT NULL,
  PRIMARY KEY (shop_id, product_id)
);

CREATE TABLE customers (
  id integer PRIMARY KEY,
  shop_id integer NOT NULL REFERENCES shops,
  name text NOT NULL
);

CREATE TABLE orders (
  id integer PRIMARY KEY,
  shop_id integer NOT NULL REFERENCES shops,
  customer_id integer REFERENCES customers,
  placed_at timestamptz NOT NULL
);
CREATE INDEX orders_of_a_shop ON orders (shop_id, id);
CREATE INDEX orders_of_a_customer ON orders (customer_id);

CREATE TABLE lines (
  order_id integer NOT NULL REFERENCES orders,
  position integer NOT NULL,
  product_id integer NOT NULL REFERENCES products,
  quantity integer NOT NULL,
  cents integer NOT NULL,
  PRIMARY KEY (order_id, position)
);

CREATE TABLE payments (
  id integer PRIMARY KEY,
  order_id integer NOT NULL REFERENCES orders,
  method text NOT NULL,
  cents integer NOT NULL
);
CREATE INDEX payments_of_an_order ON payments (order_id);
