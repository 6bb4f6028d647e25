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
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/stock' })
    if (statusCode !== 200) {
      await body.dump()
      throw new WarehouseError('stock list refused', statusCode)
    }
    return body
  }

  /** Closes the connections, once every call under way has its answer. */
  async close() {
    await this.#pool.close()
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
