import express, { type NextFunction, type Request, type Response } from 'express';

import { UnknownItem } from './catalogue.ts';
import { checkout, type Request as Checkout } from './checkout.ts';
import { config } from './config.ts';
import { log } from './log.ts';
import { findOrder } from './orders.ts';

const STATUS_CODES: Record<string, number> = { paid: 201, declined: 402, refused: 422, unconfirmed: 503 };

function problemWith(body: Partial<Checkout> | undefined): string | null {
  if (!body || !/^[\w-]{1,64}$/.test(body.orderId ?? '')) return 'orderId: 1 to 64 letters, digits, - or _';
  if (typeof body.card !== 'string' || body.card === '') return 'card: a token is needed';
  if (!Array.isArray(body.items) || body.items.length === 0) return 'items: at least one is needed';
  const whole = (item: { quantity?: number } | null) => Number.isInteger(item?.quantity) && item!.quantity! > 0 && item!.quantity! <= 99;
  if (!body.items.every(whole)) return 'quantity: a whole number from 1 to 99';
  return null;
}

export function createApp(): express.Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '16kb' }));

  app.get('/healthz', (_req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.post('/checkout', async (req: Request, res: Response) => {
    const problem = problemWith(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const order = await checkout(req.body);
    res.status(STATUS_CODES[order.status]).json(order);
  });

  app.get('/orders/:orderId', (req: Request, res: Response) => {
    const order = findOrder(req.params.orderId as string);
    if (!order) return res.status(404).json({ error: 'no such order here' });
    res.json(order);
  });

  app.use((error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
    if (error instanceof UnknownItem) return res.status(400).json({ error: error.message });
    const status = error.status ?? 500;
    if (status >= 400 && status < 500) return res.status(status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
