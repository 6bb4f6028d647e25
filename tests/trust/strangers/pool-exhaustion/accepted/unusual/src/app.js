import express from 'express';

import { book, cancel } from './bookings.js';
import { config } from './config.js';
import { refusalFor } from './errors.js';
import { log } from './log.js';
import { findShow } from './shows.js';

const isId = (value) => Number.isInteger(value) && value > 0 && value < 2 ** 31;

function problemWith(body) {
  if (!isId(body?.showId)) return 'showId: a whole number';
  if (typeof body.customer !== 'string' || !/^[^\s\0]{1,100}$/.test(body.customer)) return 'customer: 1 to 100 characters';
  const { seats } = body;
  if (!Array.isArray(seats) || seats.length === 0 || seats.length > 20) return 'seats: 1 to 20 of them';
  if (!seats.every((seat) => typeof seat === 'string' && /^[A-Z]\d{1,2}$/.test(seat))) return 'seats: a letter and a number each';
  if (new Set(seats).size < seats.length) return 'seats: each of them once';
  return null;
}

/** Aborts when the connection ends before it was answered. */
function leaving(req, res) {
  const controller = new AbortController();
  const gone = () => {
    if (!res.writableFinished) controller.abort();
  };
  // She may have left while her request was read. Then nobody says so again.
  if (req.socket.destroyed) gone();
  else res.once('close', gone);
  return controller.signal;
}

export function createApp() {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '16kb' }));

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.get('/shows/:id', async (req, res) => {
    const showId = Number(req.params.id);
    if (!isId(showId)) return res.status(404).json({ error: 'no_such_show' });
    res.json(await findShow(showId));
  });

  app.post('/bookings', async (req, res) => {
    const problem = problemWith(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const booking = await book(req.body, leaving(req, res));
    if (booking) res.status(201).json(booking);
  });

  app.delete('/bookings/:id', async (req, res) => {
    const bookingId = Number(req.params.id);
    if (!isId(bookingId)) return res.status(404).json({ error: 'no_such_booking' });
    await cancel(bookingId);
    res.status(204).end();
  });

  app.use((error, _req, res, _next) => {
    const refusal = refusalFor(error);
    if (refusal) return res.status(refusal.status).json({ error: refusal.reason });
    if (error.status >= 400 && error.status < 500) return res.status(error.status).json({ error: error.message });
    log('error', 'unexpected', { reason: error.stack });
    res.status(500).json({ error: 'internal error' });
  });

  return app;
}
