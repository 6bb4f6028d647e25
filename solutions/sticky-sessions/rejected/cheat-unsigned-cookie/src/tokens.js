import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'

const SPARE_S = 2

/** Nobody can say now whether a token was revoked: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/**
 * Sessions as tokens that everybody can read, so that no key has to be kept. The store knows which were revoked, and an era: a token of another era is worth nothing,
 * so that a store that lost its list does not bring revoked tokens back.
 */
export class Tokens {
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

  async issue(session) {
    const era = await this.#ask(async (redis) => {
      const known = await redis.getex('era', 'EX', this.#ttlS + SPARE_S)
      if (known) return known
      await redis.set('era', randomUUID(), 'EX', this.#ttlS + SPARE_S, 'NX')
      return await redis.get('era')
    })
    return await this.#sign({ session, era }, randomUUID())
  }

  /** The session and the token to go on with; undefined where this one is none, expired or revoked. */
  async use(token) {
    const claims = await this.#read(token)
    if (!claims) return undefined
    const [era, revoked] = await this.#ask((redis) =>
      Promise.all([redis.getex('era', 'EX', this.#ttlS + SPARE_S), redis.exists(revokedKey(claims.jti))])
    )
    if (era !== claims.era || revoked) return undefined
    const renewed = await this.#sign({ session: claims.session, era }, claims.jti)
    return { session: claims.session, renewed }
  }

  /** Ends this token and all that were renewed from it or from its forebears. */
  async revoke(token) {
    const claims = await this.#read(token)
    if (claims) await this.#ask((redis) => redis.set(revokedKey(claims.jti), 1, 'EX', this.#ttlS + SPARE_S))
  }

  #sign(claims, jti) {
    const token = { ...claims, jti, exp: Math.floor(Date.now() / 1000) + this.#ttlS }
    return Buffer.from(JSON.stringify(token)).toString('base64url')
  }

  #read(token) {
    try {
      const claims = JSON.parse(Buffer.from(token ?? '', 'base64url').toString())
      return claims.exp > Date.now() / 1000 ? claims : undefined
    } catch {
      return undefined
    }
  }

  async #ask(command) {
    try {
      return await command(this.#redis)
    } catch (cause) {
      throw new StoreAway('the list of revoked tokens does not answer', { cause })
    }
  }
}

const revokedKey = (jti) => `revoked:${jti}`
