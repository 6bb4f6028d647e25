import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

const worker = new Worker(new URL('./report-worker.js', import.meta.url));
worker.setMaxListeners(0);

export async function renderReport(portfolio, iterations) {
  worker.postMessage({ portfolio, iterations });
  const [{ report, error }] = await once(worker, 'message');
  if (error) throw new Error(error);
  return report;
}
