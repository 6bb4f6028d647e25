import { parentPort, workerData } from 'node:worker_threads';

import { renderReport } from './report.js';

parentPort.on('message', (portfolio) => {
  try {
    const started = performance.now();
    const report = renderReport(portfolio, workerData.iterations);
    parentPort.postMessage({ report, ms: Math.round(performance.now() - started) });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});
