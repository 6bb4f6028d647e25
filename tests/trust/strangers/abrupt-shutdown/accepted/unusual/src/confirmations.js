import { setTimeout as sleep } from 'node:timers/promises'

const RELEASE_ATTEMPTS = 5
const RELEASE_PAUSE_MS = 200

/**
 * Confirms reservations behind the customer's back: the label printer in the warehouse takes its time,
 * and the warehouse lets each of our instances confirm only a few at once.
 */
export class Confirmations {
  #warehouse
  #log
  #departure
  #concurrency
  #waiting = []
  #confirming = 0
  #slowestMs = 0
  #patient = true

  constructor({ warehouse, log, departure, concurrency }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#departure = departure
    this.#concurrency = concurrency
  }

  /** What the slowest of the latest calls took. */
  get slowestMs() {
    return Math.round(this.#slowestMs)
  }

  add(order) {
    this.#waiting.push({ order, settled: this.#departure.owe('reservations') })
    this.#next()
  }

  /** From now on an order that cannot be confirmed right away is released; releasing knows no limit. */
  releaseWaiting() {
    this.#patient = false
    this.#next()
  }

  #next() {
    while (this.#confirming < this.#concurrency && this.#waiting.length > 0) this.#confirm(this.#waiting.shift())
    if (this.#patient) return
    for (const entry of this.#waiting.splice(0)) this.#release(entry)
  }

  async #confirm(entry) {
    const { order, settled } = entry
    this.#confirming += 1
    let refusal
    try {
      await this.#timed(this.#warehouse.confirm(order.reservationId))
    } catch (error) {
      refusal = error
    }
    this.#confirming -= 1
    this.#next()

    if (refusal) {
      this.#log.warn('confirmation refused', { orderId: order.id, reason: refusal.message })
      await this.#release(entry)
    } else {
      order.status = 'confirmed'
      settled()
    }
  }

  async #release({ order, settled }) {
    for (let attempt = 1; attempt <= RELEASE_ATTEMPTS; attempt += 1) {
      try {
        await this.#timed(this.#warehouse.release(order.reservationId))
        order.status = 'cancelled'
        break
      } catch (error) {
        const { id: orderId, reservationId } = order
        this.#log.error('release failed', { orderId, reservationId, attempt, reason: error.message })
        if (attempt < RELEASE_ATTEMPTS) await sleep(attempt * RELEASE_PAUSE_MS)
      }
    }
    settled()
  }

  async #timed(call) {
    const from = performance.now()
    try {
      return await call
    } finally {
      this.#slowestMs = Math.max(performance.now() - from, 0.9 * this.#slowestMs)
    }
  }
}
