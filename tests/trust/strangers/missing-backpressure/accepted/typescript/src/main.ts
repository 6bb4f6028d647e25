import { createApp } from './app.ts';
import { readConfig } from './config.ts';
import { FeedClient } from './feed-client.ts';
import { createLog } from './log.ts';

const config = readConfig(process.env);
const log = createLog(config);
const feed = new FeedClient(config.feedUrl, config.pageRows);
const app = createApp({ config, feed, log });

const server = app.listen(config.port, (error?: Error) => {
  if (error) {
    log.fatal({ err: error }, 'cannot listen');
    process.exit(1);
  }
  log.info({ port: config.port, feed: config.feedUrl }, 'statement exports listening');
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.once(signal, () => {
    log.info({ signal }, 'stopping');
    server.close();
    server.closeIdleConnections();
  });
}
