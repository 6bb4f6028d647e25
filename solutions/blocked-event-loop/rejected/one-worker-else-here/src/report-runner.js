import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

import { renderReport as renderHere } from './report.js';

const worker = new Worker(new URL('./report-worker.js', import.meta.url));
worker.unref();
let busy = false;

/** On the worker where it is free; a report never waits for another one. */
export async function renderReport(portfolio, iterations) {
  if (busy) return renderHere(portfolio, iterations);
  busy = true;
  try {
    worker.postMessage({ portfolio, iterations });
    const [{ report, error }] = await once(worker, 'message');
    if (error) throw new Error(error);
    return report;
  } finally {
    busy = false;
  }
}
