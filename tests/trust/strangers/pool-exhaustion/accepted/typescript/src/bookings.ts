import { Refused } from './errors.ts';
import { inTransaction, type Session } from './sessions.ts';
import { addSold, lockShow } from './shows.ts';

export type Wish = { showId: number; seats: string[]; customer: string };
export type Booking = Wish & { id: number };

const SEATS_PER_CUSTOMER = 6;

async function seatsOf(session: Session, { showId, customer }: Wish): Promise<number> {
  const { rows } = await session.query(
    'SELECT count(*)::int AS held FROM tickets JOIN bookings b ON b.id = booking_id WHERE b.show_id = $1 AND customer = $2',
    [showId, customer],
  );
  return rows[0].held;
}

async function write(session: Session, { showId, seats, customer }: Wish): Promise<Booking> {
  const { rows } = await session.query('INSERT INTO bookings (show_id, customer) VALUES ($1, $2) RETURNING id', [
    showId,
    customer,
  ]);
  const id: number = rows[0].id;
  await session.query('INSERT INTO tickets (booking_id, show_id, seat) SELECT $1, $2, unnest($3::text[])', [
    id,
    showId,
    seats,
  ]);
  await addSold(session, showId, seats.length);
  return { id, showId, seats, customer };
}

/** Books seats of a show. Resolves with the booking; with null where the customer, whose signal `left` is, went away. */
export function book(wish: Wish, left: AbortSignal): Promise<Booking | null> {
  return inTransaction(async (session) => {
    const show = await lockShow(session, wish.showId);
    if (left.aborted) return null;
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const held = await seatsOf(session, wish);
    if (held + wish.seats.length > SEATS_PER_CUSTOMER) throw new Refused(422, 'too_many_seats');
    return write(session, wish);
  }, left);
}

async function showOf(session: Session, bookingId: number): Promise<number> {
  const { rows } = await session.query('SELECT show_id AS "showId" FROM bookings WHERE id = $1', [bookingId]);
  if (rows.length === 0) throw new Refused(404, 'no_such_booking');
  return rows[0].showId;
}

/** Gives the seats of a booking back to the house. */
export async function cancel(bookingId: number): Promise<void> {
  await inTransaction(async (session) => {
    const show = await lockShow(session, await showOf(session, bookingId));
    if (!show.onSale) throw new Refused(422, 'not_on_sale');
    const { rowCount: tickets } = await session.query('DELETE FROM tickets WHERE booking_id = $1', [bookingId]);
    const { rowCount: bookings } = await session.query('DELETE FROM bookings WHERE id = $1', [bookingId]);
    if (!bookings) throw new Refused(404, 'no_such_booking');
    await addSold(session, show.id, -(tickets ?? 0));
  });
}
