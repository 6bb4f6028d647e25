import { randomBytes } from 'node:crypto'
import { Bus } from './bus.js'

export { StoreAway } from './bus.js'

/** Who is signed in. Every replica has all sessions in its memory, and a new one asks the others for theirs. */
export class Sessions {
  #byId = new Map()
  #bus
  #ttlMs

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlMs = ttlS * 1000
    this.#bus = new Bus({ url, timeoutMs, log, hear: (message) => this.#hear(message) })
  }

  async connect() {
    await this.#bus.connect()
    for (const all of await this.#bus.tell({ did: 'begin' })) for (const [id, kept] of all) this.#byId.set(id, kept)
    return this
  }

  async open(session) {
    const id = randomBytes(32).toString('base64url')
    const kept = { session, endsAt: Date.now() + this.#ttlMs }
    await this.#bus.tell({ did: 'open', sid: id, kept })
    this.#byId.set(id, kept)
    return id
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  async use(id) {
    if (!id) return undefined
    await this.#bus.check()
    const kept = this.#byId.get(id)
    if (!kept || kept.endsAt <= Date.now()) return undefined
    kept.endsAt = Date.now() + this.#ttlMs
    this.#bus.tell({ did: 'use', sid: id, endsAt: kept.endsAt }).catch(() => {})
    return kept.session
  }

  async end(id) {
    if (!id) return
    await this.#bus.tell({ did: 'end', sid: id })
    this.#byId.delete(id)
  }

  #hear({ did, sid, kept, endsAt }) {
    if (did === 'begin') return [...this.#byId]
    if (did === 'open') this.#byId.set(sid, kept)
    if (did === 'end') this.#byId.delete(sid)
    if (did === 'use' && this.#byId.has(sid)) this.#byId.get(sid).endsAt = endsAt
  }
}
