import express from 'express';
import type { Express, NextFunction, Request, Response } from 'express';

import { book, cancel } from './bookings.ts';
import { config } from './config.ts';
import { refusalFor } from './errors.ts';
import { log } from './log.ts';
import { findShow } from './shows.ts';

const isId = (value: unknown): value is number => Number.isInteger(value) && Number(value) > 0 && Number(value) < 2 ** 31;

const isSeat = (value: unknown): boolean => typeof value === 'string' && /^[A-Z]\d{1,2}$/.test(value);

function problemWith(body: any): string | null {
  if (!isId(body?.showId)) return 'showId: a whole number';
  // No space, and no NUL, which the database cannot keep.
  if (typeof body.customer !== 'string' || !/^[^\s\0]{1,100}$/.test(body.customer)) return 'customer: 1 to 100 characters';
  const { seats } = body;
  if (!Array.isArray(seats) || seats.length === 0 || seats.length > 20) return 'seats: 1 to 20 of them';
  if (!seats.every(isSeat)) return 'seats: a letter and a number each';
  if (new Set(seats).size < seats.length) return 'seats: each of them once';
  return null;
}

/** Aborts when the connection ends before it was answered. */
function leaving(req: Request, res: Response): AbortSignal {
  const controller = new AbortController();
  const gone = () => {
    if (!res.writableFinished) controller.abort();
  };
  if (req.socket.destroyed) gone();
  else res.once('close', gone);
  return controller.signal;
}

export function createApp(): Express {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '16kb' }));

  app.get('/healthz', (_req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shows/:id', async (req: Request, res: Response) => {
    const showId = Number(req.params.id);
    if (!isId(showId)) return res.status(404).json({ error: 'no_such_show' });
    res.json(await findShow(showId));
  });

  app.post('/bookings', async (req: Request, res: Response) => {
    const problem = problemWith(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const booking = await book(req.body, leaving(req, res));
    if (booking) res.status(201).json(booking);
  });

  app.delete('/bookings/:id', async (req: Request, res: Response) => {
    const bookingId = Number(req.params.id);
    if (!isId(bookingId)) return res.status(404).json({ error: 'no_such_booking' });
    await cancel(bookingId);
    res.status(204).end();
  });

  app.use((error: any, _req: Request, res: Response, _next: NextFunction) => {
    const refusal = refusalFor(error);
    if (refusal) return res.status(refusal.status).json({ error: refusal.reason });
    if (error.status >= 400 && error.status < 500) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
