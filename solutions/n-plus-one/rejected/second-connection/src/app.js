import express from 'express';

import { config } from './config.js';
import { snapshot } from './database.js';
import { log } from './log.js';
import { findOrder, pageOfOrders, shopExists } from './orders.js';

/** An id from a path or a query, or null where it is none. */
function idFrom(text) {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** Why there is nothing to show: a status code, and a few words. */
class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/** A shop of which something was found exists, so it is only asked for where nothing was. */
async function mustExist(shopId) {
  if (!shopId || !(await shopExists(shopId))) throw new Refused(404, 'no such shop');
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', async (req, res) => {
    const { limit = String(config.pageSize), before } = req.query;
    const [shopId, size] = [idFrom(req.params.shop), idFrom(limit)];
    if (!size || size > config.largestPage) throw new Refused(400, 'limit: 1 to 100');
    if (before !== undefined && !idFrom(before)) throw new Refused(400, 'before: the id of an order');
    const page = await snapshot(async (query) => {
      const found = await pageOfOrders(query, shopId, { size, before: before === undefined ? null : idFrom(before) });
      if (found.orders.length === 0) await mustExist(shopId);
      return found;
    });
    res.json(page);
  });

  app.get('/shops/:shop/orders/:id', async (req, res) => {
    const [shopId, id] = [idFrom(req.params.shop), idFrom(req.params.id)];
    const order = await snapshot(async (query) => {
      const found = id && (await findOrder(query, shopId, id));
      if (!found) await mustExist(shopId);
      return found;
    });
    if (!order) throw new Refused(404, 'no such order in this shop');
    res.json(order);
  });

  app.use((error, _req, res, _next) => {
    if (error instanceof Refused) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
