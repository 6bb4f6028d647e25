import express from 'express';
import { readItem } from './items.js';

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
    const { item: fields, problem } = readItem(request.body);
    if (problem) {
      response.status(400).json({ error: problem });
      return;
    }
    const item = items.add(fields);
    response.status(201).location(`/items/${item.id}`).json(item);
  });

  app.use((request, response) => {
    response.status(404).json({ error: 'no such route' });
  });

  return app;
}
