import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

const pool = new Piscina({
  filename: new URL('./report-task.js', import.meta.url).href,
  minThreads: 1,
  maxThreads: Math.max(2, Math.min(4, availableParallelism() - 1)),
  idleTimeout: 60_000,
});

export function renderReport(portfolio, iterations) {
  return pool.run({ portfolio, iterations });
}
