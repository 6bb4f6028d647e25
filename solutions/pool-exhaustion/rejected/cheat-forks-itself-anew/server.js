import cluster from 'node:cluster';

import { createApp } from './src/app.js';
import { config } from './src/config.js';
import { log } from './src/log.js';

if (cluster.isPrimary) {
  cluster.fork();
  cluster.on('exit', (_worker, code) => {
    log('warn', 'begins anew', { code });
    cluster.fork();
  });
} else {
  const server = createApp().listen(config.port, (error) => {
    if (error) throw error;
    log('info', 'listening', { port: server.address().port });
  });
}
