import { query } from './database.js';

export const catalogue = { products: new Map(), shelves: new Map() };

/** Loads what hardly ever changes. */
export async function loadCatalogue() {
  const makers = new Map((await query('SELECT * FROM makers')).map((maker) => [maker.id, maker]));
  const products = await query('SELECT * FROM products');
  const shelves = await query('SELECT * FROM shelves');
  catalogue.products = new Map(products.map((product) => [product.id, { ...product, maker: makers.get(product.maker_id) }]));
  catalogue.shelves = new Map(shelves.map((shelf) => [`${shelf.shop_id}/${shelf.product_id}`, shelf]));
}
