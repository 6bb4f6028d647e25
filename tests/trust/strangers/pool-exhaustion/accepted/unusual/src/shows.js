import { withConnection } from './db.js';
import { Refused } from './errors.js';

const COLUMNS = 'id, title, on_sale AS "onSale", sold';

function theOnly({ rows }) {
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  return rows[0];
}

/** A show as it stands. */
export function findShow(showId) {
  return withConnection(async (client) =>
    theOnly(await client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1`, [showId])),
  );
}

/** The same, held until the transaction of `client` ends, so that its seats are sold one booking at a time. */
export async function lockShow(client, showId) {
  return theOnly(await client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1 FOR UPDATE`, [showId]));
}

/** The show of a booking, held likewise. Not to be had once the booking is gone. */
export async function lockShowOf(client, bookingId) {
  const ofBooking = 'SELECT show_id AS "showId" FROM bookings WHERE id = $1';
  const before = await client.query(ofBooking, [bookingId]);
  if (before.rows.length === 0) throw new Refused(404, 'no_such_booking');
  const show = await lockShow(client, before.rows[0].showId);
  // Who held the show until now may have been somebody who gave the same booking back.
  const after = await client.query(ofBooking, [bookingId]);
  if (after.rows.length === 0) throw new Refused(404, 'no_such_booking');
  return show;
}

export async function addSold(client, showId, seats) {
  await client.query('UPDATE shows SET sold = sold + $2 WHERE id = $1', [showId, seats]);
}
