import { ask } from './db.js';
import { Refused } from './errors.js';

function only([show]) {
  if (!show) throw new Refused(404, 'no_such_show');
  return show;
}

/** A show as it stands. */
export async function findShow(showId) {
  return only(await ask((sql) => sql`SELECT id, title, on_sale AS "onSale", sold FROM shows WHERE id = ${showId}`));
}

/** The same, held until the transaction ends, so that its seats are sold one booking at a time. */
export async function lockShow(sql, showId) {
  return only(await sql`SELECT id, title, on_sale AS "onSale", sold FROM shows WHERE id = ${showId} FOR UPDATE`);
}

export async function addSold(sql, showId, seats) {
  await sql`UPDATE shows SET sold = sold + ${seats} WHERE id = ${showId}`;
}
