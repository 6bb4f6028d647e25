import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';

import { config } from './config.ts';
import { log } from './log.ts';
import { findOrder, pageOfOrders, shopExists } from './orders.ts';

/** An id from a path or a query, or null where it is none. */
function idFrom(text: unknown): number | null {
  return /^[1-9]\d{0,8}$/.test(String(text)) ? Number(text) : null;
}

const noSuchShop = (res: Response) => res.status(404).json({ error: 'no such shop' });
const noSuchOrder = (res: Response) => res.status(404).json({ error: 'no such order in this shop' });

/** What is wrong with the query of a page, or the page. */
function readPage(query: Request['query']): { problem: string } | { problem: null; size: number; before: number | null } {
  const { limit = String(config.pageSize), before } = query;
  const size = idFrom(limit);
  if (!size || size > config.largestPage) return { problem: 'limit: 1 to 100' };
  if (before !== undefined && !idFrom(before)) return { problem: 'before: the id of an order' };
  return { problem: null, size, before: before === undefined ? null : idFrom(before) };
}

export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', async (req: Request, res: Response) => {
    const shop = idFrom(req.params.shop);
    if (!shop) return noSuchShop(res);
    const asked = readPage(req.query);
    if (asked.problem !== null) {
      // A shop that does not exist is told first.
      if (!(await shopExists(shop))) return noSuchShop(res);
      return res.status(400).json({ error: asked.problem });
    }
    const page = await pageOfOrders(shop, asked);
    if (!page) return noSuchShop(res);
    res.json(page);
  });

  app.get('/shops/:shop/orders/:id', async (req: Request, res: Response) => {
    const shop = idFrom(req.params.shop);
    if (!shop) return noSuchShop(res);
    const id = idFrom(req.params.id);
    if (!id) return (await shopExists(shop)) ? noSuchOrder(res) : noSuchShop(res);
    const found = await findOrder(shop, id);
    if (!found.shop) return noSuchShop(res);
    if (!found.order) return noSuchOrder(res);
    res.json(found.order);
  });

  app.use((error: any, _req: Request, res: Response, _next: NextFunction) => {
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
