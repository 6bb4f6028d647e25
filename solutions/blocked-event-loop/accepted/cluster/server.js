import cluster from 'node:cluster';

import { createApp } from './src/app.js';
import { readConfig } from './src/config.js';
import { renderWhatIsSent } from './src/renderers.js';

const config = readConfig(process.env);

if (cluster.isPrimary) {
  createApp(config).listen(config.port, (error) => {
    if (error) throw error;
    console.log(JSON.stringify({ event: 'listening', port: config.port, iterations: config.sealIterations }));
  });
} else {
  renderWhatIsSent(config);
}
