import { setImmediate as nextTurn } from 'node:timers/promises';

import { canonicalJson } from './canonical.js';
import { scheduleOf, totalsOf } from './schedule.js';
import { digestOf, seal } from './seal.js';

export async function renderReport({ reference, passphrase, loans }, iterations) {
  const schedules = loans.map((loan) => ({ id: loan.id, rows: scheduleOf(loan) }));
  const all = schedules.flatMap((schedule) => schedule.rows);
  const totals = totalsOf(all);
  await nextTurn();

  const half = Math.ceil(schedules.length / 2);
  const first = schedules.slice(0, half).map(canonicalJson);
  await nextTurn();

  const second = schedules.slice(half).map(canonicalJson);
  const text = `{"reference":${canonicalJson(reference)},"schedules":[${[...first, ...second].join(',')}],"totals":${canonicalJson(totals)}}`;
  const digest = digestOf(text);
  await nextTurn();

  return { reference, rows: all.length, ...totals, digest: digest.toString('hex'), ...seal(digest, passphrase, iterations) };
}
