import { randomBytes } from 'node:crypto'
import Redis from 'ioredis'

/** The store is away, or did not answer in time: nobody knows who is signed in. */
export class StoreError extends Error {}

/**
 * Who is signed in, kept in the store that all replicas share. A session ends when it was not used for `ttlS` seconds,
 * which is the store's business, or when its member signs out.
 */
export class Sessions {
  #redis
  #ttlMs

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlMs = Math.round(ttlS * 1000)
    this.#redis = new Redis(url, {
      commandTimeout: timeoutMs,
      connectTimeout: 1000,
      // A connection on which nothing comes back is given up, whoever still holds its other end.
      socketTimeout: 2 * timeoutMs,
      retryStrategy: (attempt) => Math.min(attempt * 100, 1000),
      // A request that has been answered 503 must not be carried out when the store is back.
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false
    })
    this.#redis.on('error', (error) => log.warn('session store away', { reason: error.message }))
  }

  /** Throws where the store does not answer. */
  async check() {
    await this.#ask('ping')
  }

  /** Keeps a session under a new id, and returns that. */
  async open(session) {
    const id = randomBytes(32).toString('base64url')
    await this.#ask('set', keyOf(id), JSON.stringify(session), 'PX', this.#ttlMs)
    return id
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  async use(id) {
    if (!id) return undefined
    // One command, so that a session that ends meanwhile cannot be brought back to life.
    const kept = await this.#ask('getex', keyOf(id), 'PX', this.#ttlMs)
    return kept === null ? undefined : JSON.parse(kept)
  }

  async end(id) {
    if (id) await this.#ask('del', keyOf(id))
  }

  async #ask(command, ...args) {
    try {
      return await this.#redis[command](...args)
    } catch (cause) {
      throw new StoreError(`the session store does not answer: ${cause.message}`, { cause })
    }
  }
}

const keyOf = (id) => `members:session:${id}`
