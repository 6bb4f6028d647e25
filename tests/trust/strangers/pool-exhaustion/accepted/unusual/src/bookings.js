import { transaction } from './db.js';
import { Refused } from './errors.js';
import { addSold, lockShow, lockShowOf } from './shows.js';

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(client, showId, customer) {
  const { rows } = await client.query(
    'SELECT count(*)::int AS held FROM tickets JOIN bookings b ON b.id = booking_id WHERE b.show_id = $1 AND customer = $2',
    [showId, customer],
  );
  return rows[0].held;
}

async function write(client, { showId, seats, customer }) {
  const { rows } = await client.query('INSERT INTO bookings (show_id, customer) VALUES ($1, $2) RETURNING id', [
    showId,
    customer,
  ]);
  await client.query('INSERT INTO tickets (booking_id, show_id, seat) SELECT $1, $2, unnest($3::text[])', [
    rows[0].id,
    showId,
    seats,
  ]);
  await addSold(client, showId, seats.length);
  return { id: rows[0].id, showId, seats, customer };
}

/** Books seats of a show. Resolves with the booking; with null where the customer, whose signal `left` is, went away. */
export function book({ showId, seats, customer }, left) {
  return transaction(async (client) => {
    const show = await lockShow(client, showId);
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(client, showId, customer);
    if (held + seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    return write(client, { showId, seats, customer });
  }, left);
}

/** Gives the seats of a booking back to the house. */
export async function cancel(bookingId) {
  await transaction(async (client) => {
    const show = await lockShowOf(client, bookingId);
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const { rowCount } = await client.query('DELETE FROM tickets WHERE booking_id = $1', [bookingId]);
    await client.query('DELETE FROM bookings WHERE id = $1', [bookingId]);
    await addSold(client, show.id, -rowCount);
  });
}
