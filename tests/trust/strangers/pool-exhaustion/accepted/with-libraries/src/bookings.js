import { sql } from 'kysely';

import { db } from './db.js';
import { Refused } from './errors.js';
import { addSold, lockShow } from './shows.js';

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(trx, showId, customer) {
  const { held } = await trx
    .selectFrom('tickets')
    .innerJoin('bookings as b', 'b.id', 'tickets.booking_id')
    .select(sql`count(*)::int`.as('held'))
    .where('b.show_id', '=', showId)
    .where('b.customer', '=', customer)
    .executeTakeFirstOrThrow();
  return held;
}

async function write(trx, { showId, seats, customer }) {
  const { id } = await trx
    .insertInto('bookings')
    .values({ show_id: showId, customer })
    .returning('id')
    .executeTakeFirstOrThrow();
  await trx
    .insertInto('tickets')
    .values(seats.map((seat) => ({ booking_id: id, show_id: showId, seat })))
    .execute();
  await addSold(trx, showId, seats.length);
  return { id, showId, seats, customer };
}

/** Books seats of a show. Resolves with the booking; with null where the customer, whose signal `left` is, went away. */
export function book({ showId, seats, customer }, left) {
  return db.transaction().execute(async (trx) => {
    if (left.aborted) return null;
    const show = await lockShow(trx, showId);
    // Her turn at the show. Whoever left while waiting for it is sold nothing.
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(trx, showId, customer);
    if (held + seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    return write(trx, { showId, seats, customer });
  });
}

const noSuchBooking = () => new Refused(404, 'no_such_booking');

/** Gives the seats of a booking back to the house. */
export function cancel(bookingId) {
  return db.transaction().execute(async (trx) => {
    const findBooking = trx.selectFrom('bookings').select('show_id as showId').where('id', '=', bookingId);
    const { showId } = await findBooking.executeTakeFirstOrThrow(noSuchBooking);
    const show = await lockShow(trx, showId);
    // Once more, now that nobody else can give it back.
    await findBooking.executeTakeFirstOrThrow(noSuchBooking);
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const { numDeletedRows } = await trx.deleteFrom('tickets').where('booking_id', '=', bookingId).executeTakeFirst();
    await trx.deleteFrom('bookings').where('id', '=', bookingId).execute();
    await addSold(trx, showId, -Number(numDeletedRows));
  });
}
