import { randomUUID } from 'node:crypto'
import type { Confirmations } from './confirmations.ts'
import type { Warehouse } from './warehouse.ts'
import type { Worklist } from './worklist.ts'

const REMEMBERED = 10_000

export type OrderRequest = { reference: string, sku: string, quantity: number }
export type Order = OrderRequest & {
  id: string
  status: 'reserved' | 'confirmed' | 'cancelled'
  reservationId: string
}

export class BadOrder extends Error {}

export function parseOrder(body: any): OrderRequest {
  const { reference, sku, quantity } = body ?? {}
  if (typeof reference !== 'string' || reference.length === 0 || reference.length > 64) {
    throw new BadOrder('reference must be a string of 1 to 64 characters')
  }
  if (typeof sku !== 'string' || !/^[A-Z]{2}-\d{4}$/.test(sku)) throw new BadOrder('sku must look like AB-1234')
  if (!Number.isInteger(quantity) || quantity < 1 || quantity > 99) {
    throw new BadOrder('quantity must be a whole number from 1 to 99')
  }
  return { reference, sku, quantity }
}

/** The orders this instance took; the book of record is the warehouse's. */
export class Orders {
  #warehouse: Warehouse
  #confirmations: Confirmations
  #work: Worklist
  #recent: Map<string, Order> = new Map()

  constructor({ warehouse, confirmations, work }: {
    warehouse: Warehouse
    confirmations: Confirmations
    work: Worklist
  }) {
    this.#warehouse = warehouse
    this.#confirmations = confirmations
    this.#work = work
  }

  async place({ reference, sku, quantity }: OrderRequest): Promise<Order> {
    // On the list by itself: it goes on when the client that sent it does not wait for the answer.
    const done = this.#work.begin('order being placed')
    try {
      const id = randomUUID()
      const reservationId = await this.#warehouse.reserve({ orderId: id, reference, sku, quantity })
      const order: Order = { id, reference, sku, quantity, status: 'reserved', reservationId }
      this.#remember(order)
      this.#confirmations.add(order)
      return order
    } finally {
      done()
    }
  }

  find(id: string): Order | undefined {
    return this.#recent.get(id)
  }

  #remember(order: Order): void {
    this.#recent.set(order.id, order)
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.keys().next().value!)
  }
}
