import type { Database, Transaction } from './database.ts'

export interface Show {
  id: number
  title: string
  onSale: boolean
  sold: number
}

const SELECT = 'SELECT id, title, on_sale AS "onSale", sold FROM shows WHERE id = $1'

export async function findShow(database: Database, showId: number): Promise<Show | undefined> {
  using lease = await database.lease()
  const { rows } = await lease.client.query<Show>(SELECT, [showId])
  return rows[0]
}

/** Held until the transaction ends. */
export async function lockShow(transaction: Transaction, showId: number): Promise<Show | undefined> {
  const [show] = await transaction.rows<Show>(`${SELECT} FOR UPDATE`, showId)
  return show
}
