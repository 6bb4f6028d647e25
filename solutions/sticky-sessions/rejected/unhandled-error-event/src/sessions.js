import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { createClient } from 'redis'

/** Nobody can say now who is signed in: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** Who is signed in, kept where every replica sees it. A session ends when it was not used for `ttlS` seconds. */
export class Sessions {
  #redis
  #ttlS
  #timeoutMs

  constructor({ url, ttlS, timeoutMs }) {
    this.#ttlS = ttlS
    this.#timeoutMs = timeoutMs
    this.#redis = createClient({ url, commandOptions: { timeout: timeoutMs } })
  }

  async connect() {
    await this.#redis.connect()
    return this
  }

  /** Always under a new id, which nobody can have known before. */
  async open(session) {
    const id = randomBytes(32).toString('base64url')
    await this.#ask((redis) => redis.set(keyOf(id), JSON.stringify(session), { EX: this.#ttlS }))
    return id
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  async use(id) {
    if (!id) return undefined
    const kept = await this.#ask((redis) => redis.getEx(keyOf(id), { type: 'EX', value: this.#ttlS }))
    return kept ? JSON.parse(kept) : undefined
  }

  async end(id) {
    if (id) await this.#ask((redis) => redis.del(keyOf(id)))
  }

  async #ask(command) {
    const late = new AbortController()
    const timeout = sleep(this.#timeoutMs, undefined, { signal: late.signal }).then(() => {
      throw new Error(`no answer in ${this.#timeoutMs} ms`)
    })
    try {
      return await Promise.race([command(this.#redis), timeout])
    } catch (cause) {
      throw new StoreAway('the session store does not answer', { cause })
    } finally {
      late.abort()
      timeout.catch(() => {})
    }
  }
}

// Hashed, so that a copy of the store is not a bunch of keys to it.
const keyOf = (id) => `session:${createHash('sha256').update(id).digest('base64url')}`
