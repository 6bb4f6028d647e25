import { renderReport } from './report.ts';
import type { Outcome, Task } from './types.ts';

function answer(outcome: Outcome): void {
  if (process.connected) process.send?.(outcome);
}

process.on('message', async (message) => {
  const { portfolio, iterations } = message as Task;
  try {
    const started = performance.now();
    const report = await renderReport(portfolio, iterations);
    answer({ ok: true, rendered: { report, ms: Math.round(performance.now() - started) } });
  } catch (error) {
    answer({ ok: false, error: error instanceof Error ? error.message : String(error) });
  }
});

// The service is gone, whichever way: nobody is left to render for.
process.on('disconnect', () => process.exit(0));
// A terminal's Ctrl-C goes to the whole group; it is for the service to answer.
process.on('SIGINT', () => {});
