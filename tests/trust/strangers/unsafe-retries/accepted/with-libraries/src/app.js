import express from 'express';

import { UnknownItem } from './catalogue.js';
import { createCheckout } from './checkout.js';
import { config } from './config.js';
import { log } from './log.js';
import { findOrder } from './orders.js';
import { createPayments } from './payments/index.js';

const STATUS_CODES = { paid: 201, declined: 402, refused: 422, unconfirmed: 503 };

function problemWith(body) {
  if (typeof body?.orderId !== 'string' || !/^[\w-]{1,64}$/.test(body.orderId)) return 'orderId: 1 to 64 letters, digits, - or _';
  if (typeof body.card !== 'string' || body.card === '') return 'card: a token is needed';
  if (!Array.isArray(body.items) || body.items.length === 0) return 'items: at least one is needed';
  const whole = (item) => Number.isInteger(item?.quantity) && item.quantity > 0 && item.quantity <= 99;
  if (!body.items.every(whole)) return 'quantity: a whole number from 1 to 99';
  return null;
}

/** The customer's deadline, less what writing the answer and its way may take. */
function deadlineFromNow() {
  return performance.now() + config.checkoutDeadlineMs - Math.min(200, config.checkoutDeadlineMs * 0.06);
}

export function createApp() {
  const checkout = createCheckout({ payments: createPayments(config.payments) });
  const app = express();
  app.disable('x-powered-by');
  app.use((_req, res, next) => {
    res.locals.deadline = deadlineFromNow();
    next();
  });
  app.use(express.json({ limit: '16kb' }));

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.post('/checkout', async (req, res) => {
    const problem = problemWith(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const order = await checkout(req.body, res.locals.deadline);
    res.status(STATUS_CODES[order.status]).json(order);
  });

  app.get('/orders/:orderId', (req, res) => {
    const order = findOrder(req.params.orderId);
    if (!order) return res.status(404).json({ error: 'no such order here' });
    res.json(order);
  });

  app.use((error, _req, res, _next) => {
    if (error instanceof UnknownItem) return res.status(400).json({ error: error.message });
    if (error.status >= 400 && error.status < 500) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
