import express from 'express';
import { readItem } from './items.js';
import { log } from './log.js';

export function createApp(config, items) {
  const app = express();
  app.disable('x-powered-by');
  app.use(express.json({ limit: config.bodyLimit }));

  app.get('/healthz', (request, response) => {
    response.json({ status: 'ok', instance: config.instance });
  });

  app.get('/items', (request, response) => {
    response.json(items.all());
  });

  app.get('/items/:id', (request, response) => {
    const item = items.find(request.params.id);
    if (!item) {
      response.status(404).json({ error: 'no such item' });
      return;
    }
    response.json(item);
  });

  app.post('/items', (request, response) => {
    const item = items.add(readItem(request.body));
    response.status(201).location(`/items/${item.id}`).json(item);
  });

  app.use((request, response) => {
    response.status(404).json({ error: 'no such route' });
  });

  app.use((error, request, response, next) => {
    if (response.headersSent) {
      next(error);
      return;
    }
    log('error', 'request failed', { method: request.method, path: request.path, reason: error.message });
    response.status(500).json({ error: 'internal error' });
  });

  return app;
}
