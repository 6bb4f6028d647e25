import { createApp } from './src/app.js';
import { config } from './src/config.js';
import { Items } from './src/items.js';
import { log } from './src/log.js';

const app = createApp(config, new Items());

const server = app.listen(config.port, (error) => {
  if (error) {
    log('error', 'cannot listen', { port: config.port, reason: error.message });
    process.exit(1);
  }
  log('info', 'listening', { port: server.address().port, instance: config.instance });
});
