import pLimit from 'p-limit'

/**
 * Confirms reservations behind the customer's back: the label printer in the warehouse takes its time,
 * and the warehouse lets each of our instances confirm only a few at once.
 */
export class Confirmations {
  #warehouse
  #log
  #concurrency
  #limit
  #waiting = new Set()
  #active = 0
  #idle = []

  constructor({ warehouse, log, concurrency }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#concurrency = concurrency
    this.#limit = pLimit(concurrency)
  }

  /** Orders whose reservation is neither confirmed nor released yet. */
  get pending() {
    return this.#waiting.size + this.#active
  }

  add(order) {
    this.#waiting.add(order)
    this.#enqueue(order)
  }

  /** If the grace does not suffice for all that waits, it shall be small orders that are left. */
  largestFirst() {
    this.#limit.clearQueue()
    this.#limit = pLimit(this.#concurrency)
    const orders = [...this.#waiting].sort((a, b) => b.quantity - a.quantity)
    for (const order of orders) this.#enqueue(order)
  }

  /** Resolves once nothing is waiting and nothing is under way. */
  idle() {
    if (this.pending === 0) return Promise.resolve()
    return new Promise((resolve) => this.#idle.push(resolve))
  }

  #enqueue(order) {
    this.#limit(async () => {
      this.#waiting.delete(order)
      this.#active += 1
      await this.#settle(order)
      this.#active -= 1
      if (this.pending === 0) this.#idle.splice(0).forEach((resolve) => resolve())
    })
  }

  async #settle(order) {
    try {
      await this.#warehouse.confirm(order.reservationId)
      order.status = 'confirmed'
    } catch (error) {
      this.#log.warn('confirmation refused', { orderId: order.id, reason: error.message })
      await this.#release(order)
    }
  }

  async #release(order) {
    try {
      await this.#warehouse.release(order.reservationId)
      order.status = 'cancelled'
    } catch (error) {
      this.#log.error('release failed', { orderId: order.id, reservationId: order.reservationId, reason: error.message })
    }
  }
}
