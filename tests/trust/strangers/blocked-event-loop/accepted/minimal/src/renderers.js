import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

// The pod has two cores. More renderers than cores would only take the processor from the counter.
const MOST_THREADS = 2;
const RESTART_AFTER_MS = 1_000;

/**
 * Renders reports on threads of their own, one report a thread at a time; those that come while
 * every thread is busy wait in the order they came. The threads are started once and kept.
 */
export function createRenderers(iterations, size = Math.min(availableParallelism(), MOST_THREADS)) {
  const waiting = [];
  const idle = [];
  for (let n = 0; n < size; n += 1) start();

  function start() {
    const worker = new Worker(new URL('./render-worker.js', import.meta.url), { workerData: { iterations } });
    const thread = { worker, job: null };
    let served = false;
    let failure;

    worker.on('message', ({ report, ms, error }) => {
      const { resolve, reject } = thread.job;
      thread.job = null;
      served = true;
      if (error === undefined) resolve({ report, ms });
      else reject(new Error(error));
      idle.push(thread);
      next();
    });
    worker.on('error', (error) => {
      failure = error;
    });
    worker.on('exit', (code) => {
      if (idle.includes(thread)) idle.splice(idle.indexOf(thread), 1);
      const reason = failure?.message ?? `exit code ${code}`;
      console.error(JSON.stringify({ event: 'renderer lost', error: reason }));
      thread.job?.reject(new Error(`renderer lost: ${reason}`));
      // One that never got to work may not get there the next time either: no hurry then.
      setTimeout(start, served ? 0 : RESTART_AFTER_MS);
    });

    idle.push(thread);
    next();
  }

  function next() {
    while (idle.length > 0 && waiting.length > 0) {
      const thread = idle.shift();
      thread.job = waiting.shift();
      thread.worker.postMessage(thread.job.portfolio);
    }
  }

  /** Resolves with the report and the milliseconds that rendering it took. */
  return function render({ reference, passphrase, loans }) {
    return new Promise((resolve, reject) => {
      waiting.push({ portfolio: { reference, passphrase, loans }, resolve, reject });
      next();
    });
  };
}
