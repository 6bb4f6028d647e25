import { setTimeout as sleep } from 'node:timers/promises';

/** Waits until `performance.now()` has reached `at`; a bare timer may be a little early. */
export async function sleepUntil(at) {
  for (let left = at - performance.now(); left > 0; left = at - performance.now()) await sleep(Math.ceil(left));
}

/**
 * Runs `operation` until it succeeds, at most `attempts` times. After a failure, `plan(error, attempt)` says when the next one
 * may begin, and `mayRetry()` whether it may when that time has come; either can put an end to it.
 */
export async function retry(operation, { attempts, plan, mayRetry, onRetry }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      const next = plan(error, attempt);
      if (attempt >= attempts || next === null) throw error;
      onRetry?.(error, attempt);
      await sleepUntil(next);
      if (!mayRetry()) throw error;
    }
  }
}
