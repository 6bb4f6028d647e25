import { createApp } from './src/app.js';
import { config } from './src/config.js';
import { log } from './src/log.js';

const server = createApp().listen(config.port, (error) => {
  if (error) throw error;
  log('info', 'listening', { port: server.address().port });
});

// A deploy does not cut customers off from answers that are at most a deadline away.
for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    log('info', 'stopping', { signal });
    server.close(() => process.exit(0));
    setTimeout(() => process.exit(0), config.checkoutDeadlineMs + 500);
  });
}
