import { inTransaction } from './db.js';
import { Refused } from './errors.js';
import { addSold, lockShow } from './shows.js';

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(sql, showId, customer) {
  const [{ held }] = await sql`
    SELECT count(*)::int AS held FROM tickets JOIN bookings b ON b.id = booking_id
    WHERE b.show_id = ${showId} AND customer = ${customer}`;
  return held;
}

/** Books seats of a show. Resolves with the booking; with null where the customer, whose signal `left` is, went away. */
export function book({ showId, seats, customer }, left) {
  return inTransaction(async (sql) => {
    const show = await lockShow(sql, showId);
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(sql, showId, customer);
    if (held + seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    const [{ id }] = await sql`INSERT INTO bookings (show_id, customer) VALUES (${showId}, ${customer}) RETURNING id`;
    await sql`INSERT INTO tickets ${sql(seats.map((seat) => ({ booking_id: id, show_id: showId, seat })))}`;
    await addSold(sql, showId, seats.length);
    return { id, showId, seats, customer };
  });
}

/** Gives the seats of a booking back to the house. */
export async function cancel(bookingId) {
  await inTransaction(async (sql) => {
    const [booking] = await sql`SELECT show_id AS "showId" FROM bookings WHERE id = ${bookingId}`;
    if (!booking) throw new Refused(404, 'no_such_booking');
    const show = await lockShow(sql, booking.showId);
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const { count } = await sql`DELETE FROM tickets WHERE booking_id = ${bookingId}`;
    await sql`DELETE FROM bookings WHERE id = ${bookingId}`;
    await addSold(sql, show.id, -count);
  });
}
