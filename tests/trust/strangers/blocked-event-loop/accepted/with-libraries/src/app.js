import express from 'express';

import { backOfficeRoutes } from './back-office/routes.js';
import { counterRoutes } from './counter/index.js';

export function createApp({ config, backOffice }) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: '256kb' }));

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });
  app.use(counterRoutes());
  app.use(backOfficeRoutes(backOffice));

  app.use((req, res) => {
    res.status(404).json({ error: 'no such route', path: req.path });
  });

  app.use((error, req, res, next) => {
    if (res.headersSent) return next(error);
    const status = error.status ?? 500;
    if (status >= 500) console.error(JSON.stringify({ event: 'request failed', path: req.path, error: error.message }));
    res.status(status).json({ error: status >= 500 ? 'internal error' : error.message });
  });

  return app;
}
