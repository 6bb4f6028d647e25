import pLimit from 'p-limit';

import { config } from './config.js';
import { Refused } from './errors.js';

const turns = pLimit(config.pool.max);

/** Runs `work` when its turn comes; rejects with 503, and never runs it, where that takes longer than the time for it. */
export function admitted(work) {
  return new Promise((resolve, reject) => {
    let isOver = false;
    const timer = setTimeout(() => {
      isOver = true;
      reject(new Refused(503, 'busy'));
    }, config.pool.acquireTimeoutMs);

    turns(() => {
      if (isOver) return undefined;
      clearTimeout(timer);
      return work();
    }).then(resolve, reject);
  });
}
