import { withConnection } from './db.js';
import { Refused } from './errors.js';

const COLUMNS = 'id, title, on_sale AS "onSale", sold';

/** A show as it stands. */
export async function findShow(showId) {
  const { rows } = await withConnection((client) => client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1`, [showId]));
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  return rows[0];
}

/** The same, held until the transaction of `client` ends, so that its seats are sold one booking at a time. */
export async function lockShow(client, showId) {
  const { rows } = await client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1 FOR UPDATE`, [showId]);
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  return rows[0];
}

export async function addSold(client, showId, seats) {
  await client.query('UPDATE shows SET sold = sold + $2 WHERE id = $1', [showId, seats]);
}
