import { db } from './db.js';
import { Refused } from './errors.js';
import { addSold, lockShow } from './shows.js';

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(trx, showId, customer) {
  const tickets = trx('tickets').join('bookings', 'bookings.id', 'booking_id');
  const { held } = await tickets.where({ 'bookings.show_id': showId, customer }).first(trx.raw('count(*)::int AS held'));
  return held;
}

/** Books seats of a show. Resolves with the booking; with null where the customer, whose signal `left` is, went away. */
export function book({ showId, seats, customer }, left) {
  return db.transaction(async (trx) => {
    const show = await lockShow(trx, showId);
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(trx, showId, customer);
    if (held + seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    const [{ id }] = await trx('bookings').insert({ show_id: showId, customer }, 'id');
    await trx('tickets').insert(seats.map((seat) => ({ booking_id: id, show_id: showId, seat })));
    await addSold(trx, showId, seats.length);
    return { id, showId, seats, customer };
  });
}

/** Gives the seats of a booking back to the house. */
export function cancel(bookingId) {
  return db.transaction(async (trx) => {
    const booking = await trx('bookings').first({ showId: 'show_id' }).where('id', bookingId);
    if (!booking) throw new Refused(404, 'no_such_booking');
    const show = await lockShow(trx, booking.showId);
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const freed = await trx('tickets').where('booking_id', bookingId).del();
    await trx('bookings').where('id', bookingId).del();
    await addSold(trx, show.id, -freed);
  });
}
