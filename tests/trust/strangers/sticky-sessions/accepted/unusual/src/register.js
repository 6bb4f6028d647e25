import { createHash } from 'node:crypto'
import { once } from 'node:events'
import Redis from 'ioredis'

/** The register cannot be read just now: nobody knows which sessions are good. */
export class RegisterAway extends Error {}

const RETRY_MS = 250

/**
 * Which tokens are good, kept in the store that all replicas share. It holds no member and no token: one mark for each
 * good token, under the token's hash, which goes by itself when it was not looked at for `ttlS` seconds.
 */
export class Register {
  #redis
  #ttlMs
  #timeoutMs

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlMs = Math.round(ttlS * 1000)
    this.#timeoutMs = timeoutMs
    this.#redis = new Redis(url, {
      // We wait for the connection ourselves, so that nothing lies in a queue when its caller has gone.
      enableOfflineQueue: false,
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      connectTimeout: Math.max(timeoutMs, 250),
      commandTimeout: timeoutMs,
      socketTimeout: 2 * timeoutMs,
      retryStrategy: () => RETRY_MS
    })
    this.#redis.setMaxListeners(0) // each request that waits for the connection is one
    let away = false
    this.#redis.on('error', ({ message }) => {
      if (!away) log.warn('register away', { reason: message })
      away = true
    })
    this.#redis.on('ready', () => {
      if (away) log.info('register back')
      away = false
    })
  }

  /** Throws where the register cannot be read. */
  async probe() {
    await this.#ask('ping')
  }

  /** Makes a token good. */
  async enter(token) {
    const reply = await this.#ask('set', markOf(token), '1', 'PX', this.#ttlMs, 'NX')
    if (reply !== 'OK') throw new Error('a token was made twice') // 160 random bits say that it was not
  }

  /** Whether a token is good; if it is, it is good for the full time again, from now on. */
  async look(token) {
    return (await this.#ask('getex', markOf(token), 'PX', this.#ttlMs)) !== null
  }

  /** The token is good no more, when this has resolved. */
  async strike(token) {
    await this.#ask('del', markOf(token))
  }

  async #ask(command, ...args) {
    try {
      const signal = AbortSignal.timeout(this.#timeoutMs)
      while (this.#redis.status !== 'ready') await once(this.#redis, 'ready', { signal })
      return await this.#redis[command](...args)
    } catch (cause) {
      throw new RegisterAway(`the register does not answer: ${cause.message}`, { cause })
    }
  }
}

const markOf = (token) => `members-area:good:${createHash('sha256').update(token).digest('base64url')}`
