import fastq from 'fastq'

/**
 * Confirms reservations behind the customer's back: the label printer in the warehouse takes its time,
 * and the warehouse lets each of our instances confirm only a few at once.
 */
export class Confirmations {
  #warehouse
  #log
  #queue
  #open = new Set()
  #hurried = false

  constructor({ warehouse, log, concurrency }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#queue = fastq.promise((order) => this.#settle(order), Math.max(1, Math.floor(concurrency)))
  }

  /** Orders whose reservation is neither confirmed nor released yet. */
  get pending() {
    return this.#open.size
  }

  add(order) {
    this.#open.add(order)
    this.#queue.push(order)
    if (this.#hurried) this.#releaseQueued()
  }

  /** Time is running out: what is being confirmed may finish, what still waits for its turn is released now. */
  hurry() {
    this.#hurried = true
    this.#releaseQueued()
  }

  #releaseQueued() {
    const orders = this.#queue.getQueue()
    this.#queue.kill()
    for (const order of orders) this.#release(order)
  }

  async #settle(order) {
    try {
      await this.#warehouse.confirm(order.reservationId)
      order.status = 'confirmed'
      this.#open.delete(order)
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
    } finally {
      this.#open.delete(order)
    }
  }
}
