import { createApp } from './src/app.js';
import { readConfig } from './src/config.js';
import { createFeed } from './src/feed/index.js';
import { createLog } from './src/log.js';

const config = readConfig(process.env);
const log = createLog(config);
const feed = createFeed({ url: config.feedUrl, pageRows: config.pageRows });
const app = createApp({ config, feed, log });

const server = app.listen(config.port, (error) => {
  if (error) {
    log.fatal({ err: error }, 'cannot listen');
    process.exit(1);
  }
  log.info({ port: config.port, feed: config.feedUrl }, 'statement exports listening');
});

for (const signal of ['SIGTERM', 'SIGINT']) {
  process.once(signal, () => {
    log.info({ signal }, 'stopping');
    server.close();
    server.closeIdleConnections();
  });
}
