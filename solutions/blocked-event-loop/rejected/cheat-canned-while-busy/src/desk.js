import { createApp } from './app.js';
import { readConfig } from './config.js';

const server = createApp(readConfig(process.env)).listen(0, '127.0.0.1', () => {
  process.send({ port: server.address().port });
});
process.on('disconnect', () => process.exit(0));
