import { db } from './db.js';
import { Refused } from './errors.js';

const COLUMNS = ['id', 'title', 'on_sale as onSale', 'sold'];
const refuse = () => new Refused(404, 'no_such_show');

const show = (query, showId) => query.selectFrom('shows').select(COLUMNS).where('id', '=', showId);

/** A show as it stands. */
export function findShow(showId) {
  return show(db, showId).executeTakeFirstOrThrow(refuse);
}

/** The same, held until the transaction ends, so that its seats are sold one booking at a time. */
export function lockShow(trx, showId) {
  return show(trx, showId).forUpdate().executeTakeFirstOrThrow(refuse);
}

export async function addSold(trx, showId, seats) {
  await trx
    .updateTable('shows')
    .set((eb) => ({ sold: eb('sold', '+', seats) }))
    .where('id', '=', showId)
    .execute();
}
