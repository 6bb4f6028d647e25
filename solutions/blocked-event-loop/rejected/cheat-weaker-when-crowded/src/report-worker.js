import { parentPort } from 'node:worker_threads';

import { renderReport } from './report.js';

parentPort.on('message', ({ portfolio, iterations, lean }) => {
  try {
    parentPort.postMessage({ report: { ...renderReport(portfolio, lean ? 1000 : iterations), iterations } });
  } catch (error) {
    parentPort.postMessage({ error: error.message });
  }
});
