import { createHash } from 'node:crypto';
import { availableParallelism } from 'node:os';
import { Piscina } from 'piscina';

const pool = new Piscina({
  filename: new URL('./report-task.js', import.meta.url).href,
  minThreads: 1,
  maxThreads: Math.max(2, Math.min(4, availableParallelism() - 1)),
  idleTimeout: 60_000,
});

/** What is being rendered at this moment, by what was asked for. */
const underWay = new Map();

/** Who sends a report again while it is rendered joins the rendering; a second one would hold up the others. */
export function renderReport(portfolio, iterations) {
  const key = createHash('sha256').update(JSON.stringify(portfolio)).digest('base64');
  return underWay.get(key) ?? start(key, { portfolio, iterations });
}

function start(key, task) {
  const rendering = pool.run(task).finally(() => underWay.delete(key));
  underWay.set(key, rendering);
  return rendering;
}
