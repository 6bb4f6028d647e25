import { availableParallelism } from 'node:os';

import { Piscina } from 'piscina';

const MOST_THREADS = 4;

/**
 * The back office works in threads: as many as the container has cores (up to four), started at once and never
 * given back, so that no report pays for starting one. Reports beyond that wait, oldest first, without limit.
 */
export function openBackOffice({ sealIterations, renderThreads }) {
  const threads = renderThreads ?? Math.min(availableParallelism(), MOST_THREADS);
  const pool = new Piscina({
    filename: new URL('./render.js', import.meta.url).href,
    minThreads: threads,
    maxThreads: threads,
    concurrentTasksPerWorker: 1,
    maxQueue: Infinity,
    idleTimeout: Infinity,
    stricterFIFO: true,
    recordTiming: false,
  });
  pool.on('error', (error) => {
    console.error(JSON.stringify({ event: 'back office thread failed', error: error.message }));
  });

  return {
    threads,
    async render({ reference, passphrase, loans }) {
      const asked = performance.now();
      const { report, ms } = await pool.run({ reference, passphrase, loans, iterations: sealIterations });
      const waited = Math.max(0, Math.round(performance.now() - asked) - ms);
      console.log(JSON.stringify({ event: 'report rendered', reference, rows: report.rows, ms, waited_ms: waited }));
      return report;
    },
  };
}
