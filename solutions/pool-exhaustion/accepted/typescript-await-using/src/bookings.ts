import { Transaction, type Database } from './database.ts'
import { lockShow } from './shows.ts'

const SEATS_PER_CUSTOMER = 6

export interface Order {
  showId: number
  seats: string[]
  customer: string
}

export interface Booking extends Order {
  id: number
}

export type Refusal =
  | 'no_such_show'
  | 'no_such_booking'
  | 'no_such_seat'
  | 'not_on_sale'
  | 'seat_taken'
  | 'too_many_seats'
  | 'customer_left'

export type Outcome<T> = { done: T } | { refused: Refusal }

const BY_CONSTRAINT: Readonly<Record<string, Refusal>> = {
  tickets_seat_once: 'seat_taken',
  tickets_seat_exists: 'no_such_seat',
}

async function unlessConstrained<T>(work: Promise<Outcome<T>>): Promise<Outcome<T>> {
  try {
    return await work
  } catch (error) {
    const refused = BY_CONSTRAINT[(error as { constraint?: string }).constraint ?? '']
    if (refused === undefined) throw error
    return { refused }
  }
}

export function book(database: Database, order: Order, left: AbortSignal): Promise<Outcome<Booking>> {
  return unlessConstrained(tryToBook(database, order, left))
}

async function tryToBook(
  database: Database,
  { showId, seats, customer }: Order,
  left: AbortSignal,
): Promise<Outcome<Booking>> {
  using lease = await database.lease()
  await using transaction = await Transaction.begin(lease)
  const show = await lockShow(transaction, showId)
  if (show === undefined) return { refused: 'no_such_show' }
  if (left.aborted) return { refused: 'customer_left' }
  if (!show.onSale) return { refused: 'not_on_sale' }
  const [held] = await transaction.rows<{ seats: number }>(
    'SELECT count(*)::int AS seats FROM tickets JOIN bookings b ON b.id = booking_id WHERE b.show_id = $1 AND customer = $2',
    showId,
    customer,
  )
  if ((held?.seats ?? 0) + seats.length > SEATS_PER_CUSTOMER) return { refused: 'too_many_seats' }
  const [made] = await transaction.rows<{ id: number }>(
    'INSERT INTO bookings (show_id, customer) VALUES ($1, $2) RETURNING id',
    showId,
    customer,
  )
  if (made === undefined) throw new Error('the database made no booking')
  await transaction.run(
    'INSERT INTO tickets (booking_id, show_id, seat) SELECT $1, $2, unnest($3::text[])',
    made.id,
    showId,
    seats,
  )
  await transaction.run('UPDATE shows SET sold = sold + $2 WHERE id = $1', showId, seats.length)
  await transaction.commit()
  return { done: { id: made.id, showId, seats, customer } }
}

export async function cancel(database: Database, bookingId: number): Promise<Outcome<true>> {
  using lease = await database.lease()
  await using transaction = await Transaction.begin(lease)
  const [booking] = await transaction.rows<{ showId: number }>(
    'SELECT show_id AS "showId" FROM bookings WHERE id = $1',
    bookingId,
  )
  const show = booking && (await lockShow(transaction, booking.showId))
  if (show === undefined) return { refused: 'no_such_booking' }
  if (!show.onSale) return { refused: 'not_on_sale' }
  const freed = await transaction.run('DELETE FROM tickets WHERE booking_id = $1', bookingId)
  await transaction.run('DELETE FROM bookings WHERE id = $1', bookingId)
  await transaction.run('UPDATE shows SET sold = sold - $2 WHERE id = $1', show.id, freed)
  await transaction.commit()
  return { done: true }
}
