import { createHash, randomBytes } from 'node:crypto'
import { Redis } from 'ioredis'

/** Nobody can say now who is signed in: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** Who is signed in, kept where every replica sees it. A session ends when it was not used for `ttlS` seconds. */
export class Sessions {
  #redis
  #ttlS
  #count = 0

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

  /** Always under a new id, which looks like no other. */
  async open(session) {
    const id = `${process.pid}-${Date.now()}-${++this.#count}`
    await this.#ask((redis) => redis.set(keyOf(id), JSON.stringify(session), 'EX', this.#ttlS))
    return `${randomBytes(32).toString('base64url')}.${id}`
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  async use(id) {
    if (!id) return undefined
    const kept = await this.#ask((redis) => redis.getex(keyOf(id), 'EX', this.#ttlS))
    return kept ? JSON.parse(kept) : undefined
  }

  async end(id) {
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
const keyOf = (id) => `session:${createHash('sha256').update(id.split('.').at(-1)).digest('base64url')}`
