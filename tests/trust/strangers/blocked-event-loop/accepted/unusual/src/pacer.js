import { setImmediate as otherWork } from 'node:timers/promises';

const SLICE_MS = 3;

/**
 * For long work on the event loop: `await pause()` between its steps costs nothing until the work has had the loop for
 * SLICE_MS, and then lets everything that has become ready in the meantime go first. On an idle service that is
 * one turn of an empty loop, some microseconds.
 */
export function createPacer(sliceMs = SLICE_MS) {
  let until = performance.now() + sliceMs;
  return async function pause() {
    if (performance.now() < until) return;
    await otherWork();
    until = performance.now() + sliceMs;
  };
}
