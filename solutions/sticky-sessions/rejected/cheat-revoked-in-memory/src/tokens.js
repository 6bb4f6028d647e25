import { randomUUID } from 'node:crypto'
import { SignJWT, errors, jwtVerify } from 'jose'
import { Bus } from './bus.js'

export { StoreAway } from './bus.js'

const ALGORITHM = 'HS256'

/** Sessions as signed tokens. Each replica remembers which were revoked, and tells the others. */
export class Tokens {
  #revoked = new Set()
  #bus
  #key
  #ttlS

  constructor({ url, secret, ttlS, timeoutMs, log }) {
    this.#key = new TextEncoder().encode(secret)
    this.#ttlS = ttlS
    this.#bus = new Bus({ url, timeoutMs, log, hear: ({ jti }) => void this.#revoked.add(jti) })
  }

  async connect() {
    await this.#bus.connect()
    return this
  }

  async issue(session) {
    await this.#bus.check()
    return await this.#sign({ session }, randomUUID())
  }

  /** The session and the token to go on with; undefined where this one is forged, expired or revoked. */
  async use(token) {
    const claims = await this.#read(token)
    if (!claims) return undefined
    await this.#bus.check()
    if (this.#revoked.has(claims.jti)) return undefined
    return { session: claims.session, renewed: await this.#sign({ session: claims.session }, claims.jti) }
  }

  /** Ends this token and all that were renewed from it or from its forebears. */
  async revoke(token) {
    const claims = await this.#read(token)
    if (!claims) return
    await this.#bus.tell({ jti: claims.jti })
    this.#revoked.add(claims.jti)
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
}
