import { z } from 'zod';

const LARGEST_ID = 2 ** 31 - 1;

const id = z.number().int().min(1).max(LARGEST_ID);

const booking = z.object({
  showId: id,
  customer: z.string().regex(/^[^\s\0]{1,100}$/),
  seats: z
    .array(z.string().regex(/^[A-Z]\d{1,2}$/))
    .min(1)
    .max(20)
    .refine((seats) => new Set(seats).size === seats.length),
});

const PROBLEMS = {
  showId: 'showId: a whole number',
  customer: 'customer: 1 to 100 characters, none of them blank',
  seats: 'seats: 1 to 20 of them, a letter and a number each, and each of them once',
};

/** The booking that a body asks for, or what is wrong with it. */
export function readBooking(body) {
  const { success, data, error } = booking.safeParse(body);
  if (success) return { booking: data };
  return { problem: PROBLEMS[error.issues[0].path[0]] ?? 'a booking: {showId, seats, customer}' };
}

/** An id in a path, or null where it is none. */
export function readId(text) {
  const { success, data } = id.safeParse(Number(text));
  return success ? data : null;
}
