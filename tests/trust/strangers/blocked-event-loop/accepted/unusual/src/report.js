import { availableParallelism } from 'node:os';

import pLimit from 'p-limit';

import { digestOfDocument } from './document.js';
import { seal } from './seal.js';

/**
 * Reports under way at one moment: a core each, and no more than the pod has. A report is on one core at any time, either
 * on this thread in slices (the document) or on a thread of libuv (the key); the others wait in order.
 */
const lanes = pLimit(Math.min(availableParallelism(), 2));

/** Resolves with the report, or with null where nobody `wanted()` it any more when its turn came. */
export function renderReport(portfolio, iterations, wanted = () => true) {
  return lanes(async () => {
    if (!wanted()) return null;
    const started = performance.now();
    const { reference, passphrase, loans } = portfolio;
    const { digest, rows, totals } = await digestOfDocument(reference, loans);
    const report = {
      reference,
      rows,
      ...totals,
      digest: digest.toString('hex'),
      ...(await seal(digest, passphrase, iterations)),
    };
    return { report, ms: Math.round(performance.now() - started) };
  });
}
