import { Pool } from 'undici'

/** The warehouse said no, or something we cannot read. `status` is its HTTP status. */
export class WarehouseError extends Error {
  constructor(message, status) {
    super(message)
    this.name = 'WarehouseError'
    this.status = status
  }
}

export class Warehouse {
  #pool
  #underWay = new Set()

  constructor(url) {
    this.#pool = new Pool(url, { connections: 32, keepAliveTimeout: 30_000 })
  }

  async reserve({ orderId, reference, sku, quantity }) {
    const { reservationId } = await this.#call('POST', '/reservations', { orderId, reference, sku, quantity })
    return reservationId
  }

  async confirm(reservationId) {
    await this.#call('POST', `/reservations/${reservationId}/confirm`)
  }

  async release(reservationId) {
    await this.#call('DELETE', `/reservations/${reservationId}`)
  }

  /** The stock list as the warehouse writes it: one JSON object a line, as a readable stream. */
  async stock() {
    const list = this.#begin()
    try {
      const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/stock' })
      if (statusCode !== 200) {
        await body.dump()
        throw new WarehouseError('stock list refused', statusCode)
      }
      // Its head is only the beginning of the answer.
      body.once('end', list.done)
      return body
    } catch (error) {
      list.done()
      throw error
    }
  }

  /** Waits for stock lists under way and then for all other calls, and closes the connections. */
  async close() {
    await Promise.all([...this.#underWay].map((list) => list.ended))
    await this.#pool.close()
  }

  #begin() {
    const { promise: ended, resolve } = Promise.withResolvers()
    const list = { ended, done: () => this.#underWay.delete(list) && resolve() }
    this.#underWay.add(list)
    return list
  }

  async #call(method, path, payload) {
    const { statusCode, body } = await this.#pool.request({
      method,
      path,
      headers: payload ? { 'content-type': 'application/json' } : {},
      body: payload ? JSON.stringify(payload) : null
    })
    const text = await body.text()
    if (statusCode >= 300) throw new WarehouseError(`${method} ${path} answered ${statusCode}`, statusCode)
    return text ? JSON.parse(text) : {}
  }
}
