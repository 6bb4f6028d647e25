/**
 * Confirms reservations behind the customer's back: the label printer in the warehouse takes its time,
 * and the warehouse lets each of our instances confirm only a few at once.
 */
export class Confirmations {
  #warehouse
  #log
  #concurrency
  #waiting = []
  #active = 0
  #releasing = 0
  #hurry = false

  constructor({ warehouse, log, concurrency }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#concurrency = concurrency
  }

  /** Orders whose reservation is neither confirmed nor released yet. */
  get pending() {
    return this.#waiting.length + this.#active + this.#releasing
  }

  add(order) {
    this.#waiting.push(order)
    this.#next()
  }

  /** From here on what cannot be confirmed at once is released, and does not wait for its turn. */
  releaseWaiting() {
    this.#hurry = true
    this.#next()
  }

  #next() {
    while (this.#active < this.#concurrency && this.#waiting.length > 0) {
      this.#active += 1
      this.#settle(this.#waiting.shift()).finally(() => {
        this.#active -= 1
        this.#next()
      })
    }
    if (!this.#hurry) return
    for (const order of this.#waiting.splice(0)) {
      this.#releasing += 1
      this.#release(order).finally(() => {
        this.#releasing -= 1
      })
    }
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
