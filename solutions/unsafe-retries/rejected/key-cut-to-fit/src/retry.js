import { setTimeout as sleep } from 'node:timers/promises';

const LARGEST_STEP = 5;

/** Full jitter: anywhere from 0 to twice the base, then four times, and so on. */
function jittered(baseMs, attempt) {
  return Math.random() * baseMs * 2 ** Math.min(attempt, LARGEST_STEP);
}

/**
 * Runs `operation` until it succeeds, fails for good, or another try is not to be had.
 * `isTransient(error)` says which failures are worth another try; `error.retryAfterMs`, where set, is the least wait.
 */
export async function retry(operation, { attempts, baseMs, deadline, budget, isTransient, onRetry }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (attempt >= attempts || !isTransient(error)) throw error;
      const waitMs = (error.retryAfterMs ?? 0) + jittered(baseMs, attempt);
      if (performance.now() + waitMs >= deadline || !budget.spend()) throw error;
      onRetry?.(error, attempt);
      await sleep(waitMs);
    }
  }
}
