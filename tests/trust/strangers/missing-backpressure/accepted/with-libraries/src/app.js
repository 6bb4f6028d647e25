import express from 'express';
import { exportRoutes } from './export/routes.js';
import { FeedError } from './feed/index.js';

export function createApp({ config, feed, log }) {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.use(exportRoutes({ feed, log }));

  app.use((req, res) => {
    res.status(404).json({ error: 'not_found' });
  });

  app.use((error, req, res, next) => {
    log.error({ err: error, path: req.path }, 'request failed');
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = error instanceof FeedError || error.name === 'TimeoutError' ? 502 : 500;
    res.status(status).json({ error: status === 502 ? 'feed_unavailable' : 'internal' });
  });

  return app;
}
