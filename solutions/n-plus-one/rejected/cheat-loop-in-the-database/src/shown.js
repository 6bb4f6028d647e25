/** The models' relations as they were, one query each, moved to where no network is between them. */
export const SHOWN = `
CREATE OR REPLACE FUNCTION pg_temp.shown_line(l lines, shop integer) RETURNS json LANGUAGE plpgsql AS $$
DECLARE p products; m makers; s shelves;
BEGIN
  SELECT * INTO p FROM products WHERE id = l.product_id;
  SELECT * INTO m FROM makers WHERE id = p.maker_id;
  SELECT * INTO s FROM shelves WHERE shop_id = shop AND product_id = p.id;
  RETURN json_build_object(
    'position', l.position, 'quantity', l.quantity, 'cents', l.cents, 'shelf', s.label,
    'product', json_build_object('id', p.id, 'name', p.name, 'maker', json_build_object('id', m.id, 'name', m.name)));
END $$;
CREATE OR REPLACE FUNCTION pg_temp.shown(wanted integer) RETURNS json LANGUAGE plpgsql AS $$
DECLARE o orders; c customers; l lines; p payments; others bigint;
        shown_lines json[] := '{}'; shown_payments json[] := '{}'; total bigint := 0; paid bigint := 0;
BEGIN
  SELECT * INTO o FROM orders WHERE id = wanted;
  SELECT * INTO c FROM customers WHERE id = o.customer_id;
  SELECT count(*) INTO others FROM orders WHERE customer_id = o.customer_id;
  FOR l IN SELECT * FROM lines WHERE order_id = wanted ORDER BY position LOOP
    shown_lines := shown_lines || pg_temp.shown_line(l, o.shop_id);
    total := total + l.quantity * l.cents::bigint;
  END LOOP;
  FOR p IN SELECT * FROM payments WHERE order_id = wanted ORDER BY id LOOP
    shown_payments := shown_payments || json_build_object('id', p.id, 'method', p.method, 'cents', p.cents);
    paid := paid + p.cents;
  END LOOP;
  RETURN json_build_object(
    'id', o.id, 'placedAt', to_char(o.placed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'),
    'customer', CASE WHEN o.customer_id IS NOT NULL
      THEN json_build_object('id', c.id, 'name', c.name, 'orders', others) END,
    'lines', array_to_json(shown_lines), 'payments', array_to_json(shown_payments),
    'totalCents', total, 'paidCents', paid);
END $$`;
