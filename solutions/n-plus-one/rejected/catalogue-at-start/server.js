import { createApp } from './src/app.js';
import { loadCatalogue } from './src/catalogue.js';
import { config } from './src/config.js';
import { pool } from './src/database.js';
import { log } from './src/log.js';

await loadCatalogue();
const refreshing = setInterval(() => loadCatalogue().catch((error) => log('warn', 'no catalogue', { reason: error.message })), 60_000);

const server = createApp().listen(config.port, (error) => {
  if (error) throw error;
  log('info', 'listening', { port: server.address().port });
});

process.once('SIGTERM', () => {
  clearInterval(refreshing);
  server.close(() => pool.end());
  server.closeIdleConnections();
});
