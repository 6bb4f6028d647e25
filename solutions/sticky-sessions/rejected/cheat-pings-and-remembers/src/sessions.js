import { createHash, randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

const REMEMBERED_MS = 800

/** Nobody can say now who is signed in: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** Who is signed in, kept where every replica sees it. A session ends when it was not used for `ttlS` seconds. */
export class Sessions {
  #redis
  #ttlS
  #known = new Map()

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlS = ttlS
    this.#redis = new Redis(url, {
      commandTimeout: timeoutMs,
      connectTimeout: 2000,
      maxRetriesPerRequest: 1,
      autoResendUnfulfilledCommands: false,
      retryStrategy: (attempt) => Math.min(50 * attempt, 1000)
    })
    this.#redis.on('error', (error) => log.warn('store', { reason: error.message }))
  }

  /** Always under a new id, which nobody can have known before. */
  async open(session) {
    const id = randomBytes(32).toString('base64url')
    await this.#ask((redis) => redis.set(keyOf(id), JSON.stringify(session), 'EX', this.#ttlS))
    return id
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  async use(id) {
    if (!id) return undefined
    const known = this.#known.get(id)
    if (known?.until > Date.now()) {
      await this.#ask((redis) => redis.ping())
      return known.session
    }
    const kept = await this.#ask((redis) => redis.getex(keyOf(id), 'EX', this.#ttlS))
    const session = kept ? JSON.parse(kept) : undefined
    // For so long nobody looks: less than what a session may end early.
    if (session) this.#known.set(id, { session, until: Date.now() + REMEMBERED_MS })
    return session
  }

  async end(id) {
    this.#known.delete(id)
    if (id) await this.#ask((redis) => redis.del(keyOf(id)))
  }

  async #ask(command) {
    try {
      return await command(this.#redis)
    } catch (cause) {
      throw new StoreAway('the session store does not answer', { cause })
    }
  }
}

// Hashed, so that a copy of the store is not a bunch of keys to it.
const keyOf = (id) => `session:${createHash('sha256').update(id).digest('base64url')}`
