import { createHash, randomBytes } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { Redis } from 'ioredis'

/** Nobody can say now who is signed in: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** Who is signed in, kept where every replica sees it. A session ends when it was not used for `ttlS` seconds. */
export class Sessions {
  #redis
  #ttlS

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

  /** Resolves when the store has answered for the first time. */
  async opened() {
    while (!(await this.#answers())) await sleep(200)
  }

  async #answers() {
    return this.#redis.ping().then(
      () => true,
      () => false
    )
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
const keyOf = (id) => `session:${createHash('sha256').update(id).digest('base64url')}`
