import { setTimeout as sleep } from 'node:timers/promises';

/** A moment on the clock of `performance.now()`. */
export type Moment = number;

export function now(): Moment {
  return performance.now();
}

/** Timers may be early by a few milliseconds (they count from the start of the loop's turn); this one is not. */
export async function sleepUntil(moment: Moment): Promise<void> {
  for (;;) {
    const left = moment - now();
    if (left <= 0) return;
    await sleep(Math.ceil(left));
  }
}
