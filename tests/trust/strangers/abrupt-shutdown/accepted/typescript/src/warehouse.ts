import type { Readable } from 'node:stream'
import { Pool } from 'undici'

export type Reservation = { orderId: string, reference: string, sku: string, quantity: number }

/** The warehouse said no, or something we cannot read. `status` is its HTTP status. */
export class WarehouseError extends Error {
  status: number

  constructor(message: string, status: number) {
    super(message)
    this.name = 'WarehouseError'
    this.status = status
  }
}

export class Warehouse {
  #pool: Pool

  constructor(url: string) {
    this.#pool = new Pool(url, { connections: 32, keepAliveTimeout: 30_000 })
  }

  async reserve(reservation: Reservation): Promise<string> {
    const { reservationId } = await this.#call('POST', '/reservations', reservation)
    return reservationId
  }

  async confirm(reservationId: string): Promise<void> {
    await this.#call('POST', `/reservations/${reservationId}/confirm`)
  }

  async release(reservationId: string): Promise<void> {
    await this.#call('DELETE', `/reservations/${reservationId}`)
  }

  /** The stock list as the warehouse writes it: one JSON object a line, as a readable stream. */
  async stock(): Promise<Readable> {
    const { statusCode, body } = await this.#pool.request({ method: 'GET', path: '/stock' })
    if (statusCode !== 200) {
      await body.dump()
      throw new WarehouseError('stock list refused', statusCode)
    }
    return body
  }

  /** Takes no more calls, gives those under way the time for their answers, and closes the connections. */
  async close(): Promise<void> {
    await this.#pool.close()
  }

  async #call(method: 'POST' | 'DELETE', path: string, payload?: Reservation): Promise<any> {
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
