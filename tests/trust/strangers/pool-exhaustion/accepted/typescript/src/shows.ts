import { Refused } from './errors.ts';
import { type Session, withSession } from './sessions.ts';

export type Show = { id: number; title: string; onSale: boolean; sold: number };

const COLUMNS = 'id, title, on_sale AS "onSale", sold';

async function select(session: Session, showId: number, rest: '' | 'FOR UPDATE'): Promise<Show> {
  const { rows } = await session.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1 ${rest}`, [showId]);
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  return rows[0];
}

/** A show as it stands. */
export function findShow(showId: number): Promise<Show | null> {
  return withSession((session) => select(session, showId, ''));
}

/** The same, held until the transaction of `session` ends, so that its seats are sold one booking at a time. */
export function lockShow(session: Session, showId: number): Promise<Show> {
  return select(session, showId, 'FOR UPDATE');
}

export async function addSold(session: Session, showId: number, seats: number): Promise<void> {
  await session.query('UPDATE shows SET sold = sold + $2 WHERE id = $1', [showId, seats]);
}
