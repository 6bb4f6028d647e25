import express from 'express';
import type { NextFunction, Request, Response } from 'express';

import type { Config } from './config.ts';
import { FeedError } from './feed-client.ts';
import type { FeedClient } from './feed-client.ts';
import type { Log } from './log.ts';
import { statementRoutes } from './routes.ts';

export function createApp({ config, feed, log }: { config: Config; feed: FeedClient; log: Log }) {
  const app = express();
  app.disable('x-powered-by');

  app.get('/healthz', (req: Request, res: Response) => {
    res.json({ status: 'ok', instance: config.instanceId });
  });

  app.use(statementRoutes({ feed, log }));

  app.use((req: Request, res: Response) => {
    res.status(404).json({ error: 'not_found' });
  });

  app.use((error: Error, req: Request, res: Response, next: NextFunction) => {
    log.error({ err: error, path: req.path }, 'request failed');
    if (res.headersSent) {
      next(error);
      return;
    }
    const status = error instanceof FeedError ? 502 : 500;
    res.status(status).json({ error: status === 502 ? 'feed_unavailable' : 'internal' });
  });

  return app;
}
