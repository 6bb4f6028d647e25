import express from 'express';

import { book, cancel } from './bookings.js';
import { config } from './config.js';
import { refusalFor } from './errors.js';
import { log } from './log.js';
import { readBooking, readId } from './requests.js';
import { findShow } from './shows.js';

/** Aborts when the connection ends before it was answered. */
function leaving(req, res) {
  const controller = new AbortController();
  const gone = () => {
    if (!res.writableFinished) controller.abort();
  };
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
    const showId = readId(req.params.id);
    if (!showId) return res.status(404).json({ error: 'no_such_show' });
    res.json(await findShow(showId));
  });

  app.post('/bookings', async (req, res) => {
    const { booking, problem } = readBooking(req.body);
    if (problem) return res.status(400).json({ error: problem });
    const booked = await book(booking, leaving(req, res));
    if (booked) res.status(201).json(booked);
  });

  app.delete('/bookings/:id', async (req, res) => {
    const bookingId = readId(req.params.id);
    if (!bookingId) return res.status(404).json({ error: 'no_such_booking' });
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
