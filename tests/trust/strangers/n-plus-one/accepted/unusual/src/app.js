import express from 'express';

import { config } from './config.js';
import { snapshot } from './database.js';
import { log } from './log.js';
import { presentOrder } from './present.js';
import { belongings, hasShop, newestOrders, theOrder } from './read.js';

/** Why there is nothing to show: the status code, and a few words. */
class Refused extends Error {
  constructor(status, reason) {
    super(reason);
    this.status = status;
  }
}

/** An id from a path or a query, or null where it is none. */
function idFrom(text) {
  return /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

/** The orders that `choose` chooses, of the shop of the path, as they are shown. One snapshot for all of it. */
function ordersOf(req, choose) {
  const shop = idFrom(req.params.shop);
  if (!shop) throw new Refused(404, 'no such shop');
  return snapshot(async (tx) => {
    if (!(await hasShop(tx, shop))) throw new Refused(404, 'no such shop');
    const { chosen, ...rest } = await choose(tx, shop);
    const its = await belongings(tx, shop, chosen);
    return { orders: chosen.map((order) => presentOrder(order, its)), ...rest };
  });
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', async (req, res) => {
    const page = await ordersOf(req, async (tx, shop) => {
      const { limit = String(config.pageSize), before } = req.query;
      const size = idFrom(limit);
      if (!size || size > config.largestPage) throw new Refused(400, 'limit: 1 to 100');
      if (before !== undefined && !idFrom(before)) throw new Refused(400, 'before: the id of an order');
      // One more than is shown tells whether there is a following page.
      const found = await newestOrders(tx, { shop, before: before === undefined ? null : idFrom(before), limit: size + 1 });
      const chosen = Array.from(found).slice(0, size);
      return { chosen, next: found.length > size ? chosen.at(-1).id : null };
    });
    res.json(page);
  });

  app.get('/shops/:shop/orders/:id', async (req, res) => {
    const { orders } = await ordersOf(req, async (tx, shop) => {
      const id = idFrom(req.params.id);
      const chosen = id ? Array.from(await theOrder(tx, { shop, id })) : [];
      if (chosen.length === 0) throw new Refused(404, 'no such order in this shop');
      return { chosen };
    });
    res.json(orders[0]);
  });

  app.use((error, _req, res, _next) => {
    if (error instanceof Refused) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
