import { createApp } from './app.ts';
import { config } from './config.ts';
import { pool } from './database.ts';
import { log } from './log.ts';

const server = createApp().listen(config.port, (error?: Error) => {
  if (error) throw error;
  const address = server.address();
  log('info', 'listening', { port: typeof address === 'object' ? address?.port : address });
});

process.once('SIGTERM', () => {
  server.close(() => void pool.end());
  server.closeIdleConnections();
});
