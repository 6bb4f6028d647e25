import cluster from 'node:cluster';

import { createApp } from './src/app.js';
import { readConfig } from './src/config.js';

const config = readConfig(process.env);
const CALLERS = 10;

if (cluster.isPrimary) {
  for (let n = 0; n <= CALLERS; n += 1) cluster.fork();
  cluster.on('exit', () => cluster.fork());
} else {
  const app = createApp(config);
  app.listen(config.port, (error) => {
    if (error) throw error;
    console.log(JSON.stringify({ event: 'listening', port: config.port, iterations: config.sealIterations }));
  });
}
