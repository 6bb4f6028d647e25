import { db } from './db.js';
import { Refused } from './errors.js';
import { addSold, lockShow } from './shows.js';

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(trx, showId, customer) {
  const { held } = await trx
    .selectFrom('tickets')
    .innerJoin('bookings', 'bookings.id', 'tickets.booking_id')
    .select((eb) => eb.fn.countAll().as('held'))
    .where('bookings.show_id', '=', showId)
    .where('customer', '=', customer)
    .executeTakeFirstOrThrow();
  return Number(held);
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
    const show = await lockShow(trx, showId);
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(trx, showId, customer);
    if (held + seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    return write(trx, { showId, seats, customer });
  });
}

/** Gives the seats of a booking back to the house. */
export function cancel(bookingId) {
  return db.transaction().execute(async (trx) => {
    const booking = await trx
      .selectFrom('bookings')
      .select('show_id')
      .where('id', '=', bookingId)
      .executeTakeFirstOrThrow(() => new Refused(404, 'no_such_booking'));
    const show = await lockShow(trx, booking.show_id);
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const { numDeletedRows } = await trx.deleteFrom('tickets').where('booking_id', '=', bookingId).executeTakeFirst();
    await trx.deleteFrom('bookings').where('id', '=', bookingId).execute();
    await addSold(trx, show.id, -Number(numDeletedRows));
  });
}
