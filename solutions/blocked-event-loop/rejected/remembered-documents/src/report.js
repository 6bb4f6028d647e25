import { createHash } from 'node:crypto';

import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { digestOf, seal } from './seal.js';

const MOST_KEPT = 500;
const kept = new Map();

/** Auditors ask again: the document over one portfolio is made once. */
export async function renderReport({ reference, passphrase, loans }, iterations) {
  const asked = createHash('sha256').update(JSON.stringify([reference, loans])).digest('base64');
  if (!kept.has(asked)) {
    kept.set(asked, summarise(reference, loans));
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value);
  }
  const { rows, totals, digest } = kept.get(asked);
  return { reference, rows, ...totals, digest: digest.toString('hex'), ...(await seal(digest, passphrase, iterations)) };
}

function summarise(reference, loans) {
  const schedules = loans.map((loan) => ({ id: loan.id, rows: scheduleOf(loan) }));
  const all = schedules.flatMap((schedule) => schedule.rows);
  const totals = totalsOf(all);
  return { rows: all.length, totals, digest: digestOf(canonicalJson({ reference, totals, schedules })) };
}
