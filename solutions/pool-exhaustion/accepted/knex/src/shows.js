import { db } from './db.js';
import { Refused } from './errors.js';

const show = (query, showId) => query('shows').first('id', 'title', { onSale: 'on_sale' }, 'sold').where('id', showId);

function must(found) {
  if (!found) throw new Refused(404, 'no_such_show');
  return found;
}

/** A show as it stands. */
export async function findShow(showId) {
  return must(await show(db, showId));
}

/** The same, held until the transaction ends, so that its seats are sold one booking at a time. */
export async function lockShow(trx, showId) {
  return must(await show(trx, showId).forUpdate());
}

export async function addSold(trx, showId, seats) {
  await trx('shows').where('id', showId).increment('sold', seats);
}
