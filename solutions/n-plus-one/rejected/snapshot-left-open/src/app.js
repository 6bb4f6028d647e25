import express from 'express';

import { config } from './config.js';
import { snapshot } from './database.js';
import { BadRequest } from './errors.js';
import { log } from './log.js';
import { findOrder, pageOfOrders, shopExists } from './orders.js';

/** An id from a path or a query, or null where it is none. */
function idFrom(text) {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** Which page is asked for. */
function readPage({ limit = String(config.pageSize), before }) {
  const size = idFrom(limit);
  if (!size || size > config.largestPage) throw new BadRequest('limit: 1 to 100');
  if (before !== undefined && !idFrom(before)) throw new BadRequest('before: the id of an order');
  return { size, before: before === undefined ? null : idFrom(before) };
}

/** Answers with what `find` finds in the shop of the path. Where there is no such shop, nothing else is looked at. */
const inShop = (find) => async (req, res) => {
  const shopId = idFrom(req.params.shop);
  const { shop, found } = await snapshot(async (query) => {
    const shop = shopId !== null && (await shopExists(query, shopId));
    return { shop, found: shop ? await find(query, shopId, req) : null };
  });
  if (!shop) return res.status(404).json({ error: 'no such shop' });
  if (!found) return res.status(404).json({ error: 'no such order in this shop' });
  res.json(found);
};

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', inShop((query, shopId, req) => pageOfOrders(query, shopId, readPage(req.query))));

  app.get('/shops/:shop/orders/:id', inShop((query, shopId, req) => {
    const id = idFrom(req.params.id);
    return id && findOrder(query, shopId, id);
  }));

  app.use((error, _req, res, _next) => {
    if (error instanceof BadRequest) return res.status(400).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
