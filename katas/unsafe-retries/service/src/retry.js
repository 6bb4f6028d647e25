import { setTimeout as sleep } from 'node:timers/promises';

/** Runs `operation` until it succeeds, at most `attempts` times, `delayMs` apart. */
export async function retry(operation, { attempts, delayMs, onRetry }) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await operation();
    } catch (error) {
      if (attempt >= attempts) throw error;
      onRetry?.(error, attempt);
      await sleep(delayMs);
    }
  }
}
