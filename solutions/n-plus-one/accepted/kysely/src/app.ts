import express, { type NextFunction, type Request, type Response } from 'express';

import { config } from './config.ts';
import { log } from './log.ts';
import { orderOf, pageOfOrders, shopExists } from './orders.ts';

class Refused extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** An id from a path or a query, or null where it is none. */
function idFrom(text: unknown): number | null {
  return typeof text === 'string' && /^[1-9]\d{0,8}$/.test(text) ? Number(text) : null;
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (_req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shops/:shop/orders', async (req: Request, res: Response) => {
    const { limit = String(config.pageSize), before } = req.query;
    const size = idFrom(limit);
    if (!size || size > config.largestPage) throw new Refused(400, 'limit: 1 to 100');
    if (before !== undefined && !idFrom(before)) throw new Refused(400, 'before: the id of an order');
    const shop = idFrom(req.params.shop);
    if (!shop || !(await shopExists(shop))) throw new Refused(404, 'no such shop');
    const found = await pageOfOrders(shop, size + 1, idFrom(before));
    const orders = found.slice(0, size);
    res.json({ orders, next: found.length > size ? orders.at(-1)!.id : null });
  });

  app.get('/shops/:shop/orders/:id', async (req: Request, res: Response) => {
    const [shop, id] = [idFrom(req.params.shop), idFrom(req.params.id)];
    const order = shop && id ? await orderOf(shop, id) : undefined;
    if (!order) throw new Refused(404, 'no such order in this shop');
    res.json(order);
  });

  app.use((error: Error, _req: Request, res: Response, _next: NextFunction) => {
    if (error instanceof Refused) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
