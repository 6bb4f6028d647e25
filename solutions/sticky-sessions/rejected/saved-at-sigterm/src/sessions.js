import { randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

/** Who is signed in. Kept here while the replica runs, and in the store from its end on. */
export class Sessions {
  #byId = new Map()
  #redis
  #ttlMs

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlMs = ttlS * 1000
    this.#redis = new Redis(url, { commandTimeout: timeoutMs })
    this.#redis.on('error', (error) => log.warn('store', { reason: error.message }))
  }

  async open(session) {
    const id = randomBytes(32).toString('base64url')
    this.#byId.set(id, { session, endsAt: Date.now() + this.#ttlMs })
    return id
  }

  async use(id) {
    if (!id) return undefined
    const kept = this.#byId.get(id) ?? (await this.#left(id))
    if (!kept || kept.endsAt <= Date.now()) return undefined
    this.#byId.set(id, { ...kept, endsAt: Date.now() + this.#ttlMs })
    return kept.session
  }

  async end(id) {
    this.#byId.delete(id)
    if (id) await this.#redis.del(`session:${id}`)
  }

  /** Leave what there is to the others. */
  async save() {
    const now = Date.now()
    const living = [...this.#byId].filter(([, { endsAt }]) => endsAt > now)
    await Promise.all(
      living.map(([id, kept]) => this.#redis.set(`session:${id}`, JSON.stringify(kept), 'PX', kept.endsAt - now))
    )
  }

  async #left(id) {
    return JSON.parse(await this.#redis.get(`session:${id}`))
  }
}
