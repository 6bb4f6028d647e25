import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';

const SIZE = Math.max(2, Math.min(4, availableParallelism() - 1));
const idle = [];
const waiting = [];
let started = 0;

/** Renders on a worker thread; reports beyond the number of workers wait their turn. */
export function renderReport(portfolio, iterations) {
  return new Promise((resolve, reject) => {
    waiting.push({ job: { portfolio, iterations }, resolve, reject });
    dispatch();
  });
}

function dispatch() {
  while (waiting.length > 0) {
    const worker = idle.pop() ?? (started < SIZE ? startWorker() : undefined);
    if (!worker) return;
    worker.current = waiting.shift();
    worker.postMessage(worker.current.job);
  }
}

function startWorker() {
  started += 1;
  const worker = new Worker(new URL('./report-worker.js', import.meta.url));
  worker.unref();
  worker.on('message', ({ report, error }) => {
    const { resolve, reject } = worker.current;
    worker.current = undefined;
    idle.push(worker);
    if (error) reject(new Error(error));
    else resolve(report);
    dispatch();
  });
  worker.on('error', (error) => {
    started -= 1;
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    worker.current?.reject(error);
    dispatch();
  });
  return worker;
}
