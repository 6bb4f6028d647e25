import type { AddressInfo } from 'node:net';

import { createApp } from './src/app.ts';
import { config } from './src/config.ts';
import { pool } from './src/database.ts';
import { log } from './src/log.ts';

const server = createApp().listen(config.port, (error?: Error) => {
  if (error) throw error;
  log('info', 'listening', { port: (server.address() as AddressInfo).port });
});

process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeIdleConnections();
});
