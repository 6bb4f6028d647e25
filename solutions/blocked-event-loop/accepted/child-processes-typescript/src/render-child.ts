import { renderReport } from './report.js';
import type { Job, Outcome } from './types.ts';

process.on('message', ({ portfolio, iterations }: Job) => {
  answer(portfolio, iterations);
});
process.on('disconnect', () => process.exit(0));

function answer(portfolio: Job['portfolio'], iterations: number): void {
  let outcome: Outcome;
  try {
    outcome = { report: renderReport(portfolio, iterations) };
  } catch (error) {
    outcome = { error: error instanceof Error ? error.message : String(error) };
  }
  process.send!(outcome);
}
