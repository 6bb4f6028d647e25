import { setTimeout as sleep } from 'node:timers/promises';

export const now = () => performance.now();

/** Timers of the event loop count whole milliseconds from the start of a turn and may fire early; this does not return early. */
export async function until(moment) {
  while (now() < moment) await sleep(Math.ceil(moment - now()));
}
