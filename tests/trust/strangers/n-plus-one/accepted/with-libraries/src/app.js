import express from 'express';

import { config } from './config.js';
import { snapshot } from './database.js';
import { Loaders } from './loaders.js';
import { log } from './log.js';
import { Shop } from './models.js';
import { presentOrder, presentOrders } from './present.js';

/** An id from a path or a query, or null where it is none. */
function idFrom(text) {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** Answers with what `find` finds in the shop of the path: a status code and a body. */
const inShop = (find) => async (req, res) => {
  const id = idFrom(req.params.shop);
  const answer = await (id && snapshot(async (query) => {
    const shop = await Shop.find(new Loaders(query), id);
    return shop && find(shop, req);
  }));
  const { status, body } = answer || { status: 404, body: { error: 'no such shop' } };
  res.status(status).json(body);
};

async function listOrders(shop, req) {
  const { limit = String(config.pageSize), before } = req.query;
  const size = idFrom(limit);
  if (!size || size > config.largestPage) return { status: 400, body: { error: 'limit: 1 to 100' } };
  if (before !== undefined && !idFrom(before)) return { status: 400, body: { error: 'before: the id of an order' } };
  const found = await shop.orders({ limit: size + 1, before: before === undefined ? null : idFrom(before) });
  const page = found.slice(0, size);
  const orders = await presentOrders(page, shop);
  return { status: 200, body: { orders, next: found.length > size ? page.at(-1).id : null } };
}

async function showOrder(shop, req) {
  const id = idFrom(req.params.id);
  const order = id && (await shop.order(id));
  if (!order) return { status: 404, body: { error: 'no such order in this shop' } };
  return { status: 200, body: await presentOrder(order, shop) };
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', inShop(listOrders));
  app.get('/shops/:shop/orders/:id', inShop(showOrder));

  app.use((error, _req, res, _next) => {
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
