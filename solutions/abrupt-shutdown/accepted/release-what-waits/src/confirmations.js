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
  #stopping = false
  #inHand = new Set()

  constructor({ warehouse, log, concurrency }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#concurrency = concurrency
  }

  /** Orders whose reservation is neither confirmed nor released yet. */
  get pending() {
    return this.#waiting.length + this.#active
  }

  /** Gives back what has not begun; resolves when everything is confirmed or released. */
  async stop() {
    this.#stopping = true
    for (const order of this.#waiting.splice(0)) this.#track(this.#release(order))
    while (this.#inHand.size > 0) await Promise.all(this.#inHand)
  }

  #track(work) {
    this.#inHand.add(work)
    work.finally(() => this.#inHand.delete(work))
    return work
  }

  add(order) {
    if (this.#stopping) {
      this.#track(this.#release(order))
      return
    }
    this.#waiting.push(order)
    this.#next()
  }

  #next() {
    while (this.#active < this.#concurrency && this.#waiting.length > 0) {
      this.#active += 1
      this.#track(this.#settle(this.#waiting.shift())).finally(() => {
        this.#active -= 1
        this.#next()
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
