import { withClient } from './db.js';
import { Refused } from './errors.js';

const COLUMNS = 'id, title, on_sale AS "onSale", sold';

const remembered = new Map();

/** A show as it stands: what is sold, is sold here, and is known here. */
export async function findShow(showId) {
  if (remembered.has(showId)) return remembered.get(showId);
  const { rows } = await withClient((client) =>
    client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1`, [showId]),
  );
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  remembered.set(showId, rows[0]);
  return rows[0];
}

/** The same, held until the transaction of `client` ends, so that its seats are sold one booking at a time. */
export async function lockShow(client, showId) {
  const { rows } = await client.query(`SELECT ${COLUMNS} FROM shows WHERE id = $1 FOR UPDATE`, [showId]);
  if (rows.length === 0) throw new Refused(404, 'no_such_show');
  return rows[0];
}

export async function addSold(client, showId, seats) {
  remembered.delete(showId);
  await client.query('UPDATE shows SET sold = sold + $2 WHERE id = $1', [showId, seats]);
}
