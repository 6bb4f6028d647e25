import express from 'express';
import type { NextFunction, Request, Response } from 'express';

import { UnknownItem } from './catalogue.ts';
import type { Checkout, CheckoutRequest } from './checkout.ts';
import { config } from './config.ts';
import { log } from './log.ts';
import type { Orders, Status } from './orders.ts';
import { now } from './time.ts';

const STATUS_CODES: Record<Status, number> = { paid: 201, declined: 402, refused: 422, unconfirmed: 503, pending: 503 };

/** Kept back from the customer's time for the answer itself. */
const ANSWER_MS = Math.min(250, config.checkoutDeadlineMs * 0.05);

type Body = Partial<Record<keyof CheckoutRequest, unknown>> | undefined;

function problemWith(body: Body): string | null {
  if (typeof body?.orderId !== 'string' || !/^[\w-]{1,64}$/.test(body.orderId)) return 'orderId: 1 to 64 letters, digits, - or _';
  if (typeof body.card !== 'string' || body.card === '') return 'card: a token is needed';
  if (!Array.isArray(body.items) || body.items.length === 0) return 'items: at least one is needed';
  const whole = (item: { quantity?: unknown } | null) => {
    const quantity = item?.quantity;
    return typeof quantity === 'number' && Number.isInteger(quantity) && quantity > 0 && quantity <= 99;
  };
  if (!body.items.every(whole)) return 'quantity: a whole number from 1 to 99';
  return null;
}

export function createApp({ checkout, orders }: { checkout: Checkout; orders: Orders }) {
  const app = express();
  app.disable('x-powered-by');
  app.use((_req: Request, res: Response, next: NextFunction) => {
    res.locals.deadline = now() + config.checkoutDeadlineMs - ANSWER_MS;
    next();
  });
  app.use(express.json({ limit: '16kb' }));

  app.get('/healthz', (_req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.post('/checkout', async (req: Request, res: Response) => {
    const problem = problemWith(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const order = await checkout.take(req.body as CheckoutRequest, res.locals.deadline);
    res.status(STATUS_CODES[order.status]).json(order);
  });

  app.get('/orders/:orderId', (req: Request<{ orderId: string }>, res: Response) => {
    const order = orders.find(req.params.orderId);
    if (!order) return res.status(404).json({ error: 'no such order here' });
    res.json(order);
  });

  app.use((error: Error & { status?: number }, _req: Request, res: Response, _next: NextFunction) => {
    if (error instanceof UnknownItem) return res.status(400).json({ error: error.message });
    const { status } = error;
    if (status !== undefined && status >= 400 && status < 500) return res.status(status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
