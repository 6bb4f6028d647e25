import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

import { renderReport as renderHere } from './report.js';

/** What the back office sends at one moment has room in the threads and the queue before them. */
const MOST_AT_ONCE = 8;
const THREADS = Math.max(2, Math.min(4, availableParallelism() - 1));

const pool = new Piscina({
  filename: new URL('./report-task.js', import.meta.url).href,
  minThreads: 1,
  maxThreads: THREADS,
  maxQueue: MOST_AT_ONCE - THREADS,
  idleTimeout: 60_000,
});

/** No report is refused because the pool cannot take it or has lost its thread: it is rendered all the same. */
export async function renderReport(portfolio, iterations) {
  try {
    return await pool.run({ portfolio, iterations });
  } catch (error) {
    console.error(JSON.stringify({ event: 'pool failed', reference: portfolio.reference, error: error.message }));
    return renderHere(portfolio, iterations);
  }
}
