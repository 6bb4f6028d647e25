import { createApp } from './src/app.js';
import { loadWhenIdle } from './src/catalogue.js';
import { config } from './src/config.js';
import { pool } from './src/database.js';
import { log } from './src/log.js';

const server = createApp().listen(config.port, (error) => {
  if (error) throw error;
  log('info', 'listening', { port: server.address().port });
  loadWhenIdle();
});

process.once('SIGTERM', () => {
  server.close(() => pool.end());
  server.closeIdleConnections();
});
