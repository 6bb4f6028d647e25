import type { Log } from './log.ts'
import type { Order } from './orders.ts'
import type { Warehouse } from './warehouse.ts'
import type { Worklist } from './worklist.ts'

type Entry = { order: Order, done: () => void }

/**
 * Confirms reservations behind the customer's back: the label printer in the warehouse takes its time,
 * and the warehouse lets each of our instances confirm only a few at once.
 */
export class Confirmations {
  #warehouse: Warehouse
  #log: Log
  #work: Worklist
  #concurrency: number
  #waiting: Entry[] = []
  #confirming = 0
  #queueing = true

  constructor({ warehouse, log, work, concurrency }: {
    warehouse: Warehouse
    log: Log
    work: Worklist
    concurrency: number
  }) {
    this.#warehouse = warehouse
    this.#log = log
    this.#work = work
    this.#concurrency = concurrency
  }

  /** From now on the reservation is ours to settle, one way or the other. */
  add(order: Order): void {
    this.#waiting.push({ order, done: this.#work.begin('unsettled reservation') })
    this.#next()
  }

  /** No more queueing: an order that cannot be confirmed right now is released right now. */
  releaseTheRest(): void {
    this.#queueing = false
    this.#next()
  }

  #next(): void {
    while (this.#confirming < this.#concurrency && this.#waiting.length > 0) {
      void this.#confirm(this.#waiting.shift()!)
    }
    if (this.#queueing) return
    for (const { order, done } of this.#waiting.splice(0)) void this.#release(order).then(done)
  }

  async #confirm({ order, done }: Entry): Promise<void> {
    this.#confirming += 1
    let refused = false
    try {
      await this.#warehouse.confirm(order.reservationId)
      order.status = 'confirmed'
    } catch (error) {
      refused = true
      this.#log.warn('confirmation refused', { orderId: order.id, reason: (error as Error).message })
    }
    this.#confirming -= 1
    this.#next()
    if (refused) await this.#release(order)
    done()
  }

  async #release(order: Order): Promise<void> {
    try {
      await this.#warehouse.release(order.reservationId)
      order.status = 'cancelled'
    } catch (error) {
      this.#log.error('release failed', { orderId: order.id, reservationId: order.reservationId, reason: (error as Error).message })
    }
  }
}
