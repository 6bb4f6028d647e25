import { db } from './db.js';
import { Refused } from './errors.js';

const showOf = (connection, showId) =>
  connection.selectFrom('shows').select(['id', 'title', 'on_sale as onSale', 'sold']).where('id', '=', showId);

const orNoSuchShow = () => new Refused(404, 'no_such_show');

/** A show as it stands. */
export function findShow(showId) {
  return showOf(db, showId).executeTakeFirstOrThrow(orNoSuchShow);
}

/** The same, held until the transaction `trx` ends, so that its seats are sold one booking at a time. */
export function lockShow(trx, showId) {
  return showOf(trx, showId).forUpdate().executeTakeFirstOrThrow(orNoSuchShow);
}

export async function addSold(trx, showId, seats) {
  await trx
    .updateTable('shows')
    .set((eb) => ({ sold: eb('sold', '+', seats) }))
    .where('id', '=', showId)
    .execute();
}
