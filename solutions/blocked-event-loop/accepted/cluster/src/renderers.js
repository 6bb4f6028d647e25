import cluster from 'node:cluster';
import { availableParallelism } from 'node:os';

import { renderReport as renderHere } from './report.js';

const SIZE = Math.max(2, Math.min(4, availableParallelism() - 1));
const waiting = [];
const idle = [];

if (cluster.isPrimary) for (let n = 0; n < SIZE; n += 1) hire();

/** Renders in a worker of the cluster; none of them listens, so that no caller's connection is ever theirs. */
export function renderReport(portfolio) {
  return new Promise((resolve, reject) => {
    waiting.push({ portfolio, resolve, reject });
    dispatch();
  });
}

function dispatch() {
  while (waiting.length > 0 && idle.length > 0) {
    const worker = idle.pop();
    worker.current = waiting.shift();
    worker.send(worker.current.portfolio);
  }
}

function hire() {
  const worker = cluster.fork();
  idle.push(worker);
  worker.on('message', ({ report, error }) => {
    const { resolve, reject } = worker.current;
    worker.current = undefined;
    idle.push(worker);
    if (error) reject(new Error(error));
    else resolve(report);
    dispatch();
  });
  worker.on('exit', () => {
    if (idle.includes(worker)) idle.splice(idle.indexOf(worker), 1);
    worker.current?.reject(new Error('a renderer ended'));
    hire();
    dispatch();
  });
}

/** The work of a worker. */
export function renderWhatIsSent({ sealIterations }) {
  process.on('message', (portfolio) => {
    try {
      process.send({ report: renderHere(portfolio, sealIterations) });
    } catch (error) {
      process.send({ error: error.message });
    }
  });
}
