import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'
import { SignJWT, errors, jwtVerify } from 'jose'

const ALGORITHM = 'HS256'
const SPARE_S = 2

/** Nobody can say now whether a token was revoked: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** Sessions as signed tokens. The store knows which were revoked. */
export class Tokens {
  #redis
  #key
  #ttlS

  constructor({ url, secret, ttlS, timeoutMs, log }) {
    this.#key = new TextEncoder().encode(secret)
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
    const jti = randomUUID()
    if (await this.#isRevoked(jti)) throw new Error('a new token cannot be revoked')
    return await this.#sign({ session }, jti)
  }

  /** The session and the token to go on with; undefined where this one is forged, expired or revoked. */
  async use(token) {
    const claims = await this.#read(token)
    if (!claims) return undefined
    if (await this.#isRevoked(claims.jti)) return undefined
    const renewed = await this.#sign({ session: claims.session }, claims.jti)
    return { session: claims.session, renewed }
  }

  /** Ends this token and all that were renewed from it or from its forebears. */
  async revoke(token) {
    const claims = await this.#read(token)
    if (claims) await this.#ask((redis) => redis.set(revokedKey(claims.jti), 1, 'EX', this.#ttlS + SPARE_S))
  }

  async #isRevoked(jti) {
    return (await this.#ask((redis) => redis.exists(revokedKey(jti)))) > 0
  }

  #sign(claims, jti) {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT(claims)
      .setProtectedHeader({ alg: ALGORITHM })
      .setJti(jti)
      .setExpirationTime(now + this.#ttlS)
      .sign(this.#key)
  }

  async #read(token) {
    if (!token) return undefined
    try {
      return (await jwtVerify(token, this.#key, { algorithms: [ALGORITHM] })).payload
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
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
