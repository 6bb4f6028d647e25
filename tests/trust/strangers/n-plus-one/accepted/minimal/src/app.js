import express from 'express';

import { config } from './config.js';
import { log } from './log.js';
import { findOrder, pageOfOrders, shopExists } from './orders.js';

/** An id from a path or a query, or null where it is none. */
function idFrom(text) {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.param('shop', async (req, res, next, text) => {
    const id = idFrom(text);
    if (!id || !(await shopExists(id))) return res.status(404).json({ error: 'no such shop' });
    req.shopId = id;
    next();
  });

  app.get('/shops/:shop/orders', async (req, res) => {
    const { limit = String(config.pageSize), before } = req.query;
    const size = idFrom(limit);
    if (!size || size > config.largestPage) return res.status(400).json({ error: 'limit: 1 to 100' });
    if (before !== undefined && !idFrom(before)) return res.status(400).json({ error: 'before: the id of an order' });
    res.json(await pageOfOrders(req.shopId, { size, before: before === undefined ? null : idFrom(before) }));
  });

  app.get('/shops/:shop/orders/:id', async (req, res) => {
    const id = idFrom(req.params.id);
    const order = id && (await findOrder(req.shopId, id));
    if (!order) return res.status(404).json({ error: 'no such order in this shop' });
    res.json(order);
  });

  app.use((error, _req, res, _next) => {
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
