import { parentPort } from 'node:worker_threads';

import { renderReport } from './report.js';

parentPort.on('message', ({ portfolio, iterations }) => {
  try {
    parentPort.postMessage({ report: renderReport(portfolio, iterations) });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});
