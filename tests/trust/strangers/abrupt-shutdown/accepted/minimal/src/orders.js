import { randomUUID } from 'node:crypto'

const REMEMBERED = 10_000

export class BadOrder extends Error {}

export function parseOrder(body) {
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
  #warehouse
  #confirmations
  #recent = new Map()
  #placing = 0

  constructor({ warehouse, confirmations }) {
    this.#warehouse = warehouse
    this.#confirmations = confirmations
  }

  async place({ reference, sku, quantity }) {
    this.#placing += 1
    try {
      const id = randomUUID()
      const reservationId = await this.#warehouse.reserve({ orderId: id, reference, sku, quantity })
      const order = { id, reference, sku, quantity, status: 'reserved', reservationId }
      this.#remember(order)
      this.#confirmations.add(order)
      return order
    } finally {
      this.#placing -= 1
    }
  }

  /** Orders whose reservation is under way, whether or not somebody still waits for the answer. */
  get placing() {
    return this.#placing
  }

  find(id) {
    return this.#recent.get(id)
  }

  #remember(order) {
    this.#recent.set(order.id, order)
    if (this.#recent.size > REMEMBERED) this.#recent.delete(this.#recent.keys().next().value)
  }
}
