import { query } from './database.js';
import { log } from './log.js';

export const catalogue = { products: new Map(), shelves: new Map() };

const IDLE_MS = 40;
let as_of = '';
let timer;

async function load() {
  const [{ now }] = await query('SELECT pg_current_wal_insert_lsn()::text AS now');
  if (now === as_of) return;
  const makers = new Map((await query('SELECT * FROM makers')).map((maker) => [maker.id, maker]));
  const products = await query('SELECT * FROM products');
  const shelves = await query('SELECT * FROM shelves');
  catalogue.products = new Map(products.map((product) => [product.id, { ...product, maker: makers.get(product.maker_id) }]));
  catalogue.shelves = new Map(shelves.map((shelf) => [`${shelf.shop_id}/${shelf.product_id}`, shelf]));
  as_of = now;
}

/** Loads what hardly ever changes, in a moment in which nobody waits for it. */
export function loadWhenIdle() {
  clearTimeout(timer);
  timer = setTimeout(() => load().catch((error) => log('warn', 'no catalogue', { reason: error.message })), IDLE_MS);
}

/** Loads it now where somebody has written to the database since. */
export const loadWhereChanged = load;
