import { createApp } from './src/app.js';
import { config } from './src/config.js';
import { disconnect } from './src/database.js';
import { log } from './src/log.js';

const server = createApp().listen(config.port, (error) => {
  if (error) throw error;
  log('info', 'listening', { port: server.address().port });
});

process.once('SIGTERM', () => {
  server.close(() => disconnect());
  server.closeIdleConnections();
});
