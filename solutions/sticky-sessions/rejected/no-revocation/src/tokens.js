import { randomUUID } from 'node:crypto'
import { SignJWT, errors, jwtVerify } from 'jose'

const ALGORITHM = 'HS256'

/** Sessions as signed tokens: every replica can read them, and none has to remember any. */
export class Tokens {
  #key
  #ttlS

  constructor({ secret, ttlS }) {
    this.#key = new TextEncoder().encode(secret)
    this.#ttlS = ttlS
  }

  issue(session) {
    const now = Math.floor(Date.now() / 1000)
    return new SignJWT({ session })
      .setProtectedHeader({ alg: ALGORITHM })
      .setJti(randomUUID())
      .setExpirationTime(now + this.#ttlS)
      .sign(this.#key)
  }

  /** The session and the token to go on with; undefined where this one is forged or expired. */
  async use(token) {
    if (!token) return undefined
    try {
      const { payload } = await jwtVerify(token, this.#key, { algorithms: [ALGORITHM] })
      return { session: payload.session, renewed: await this.issue(payload.session) }
    } catch (error) {
      if (error instanceof errors.JOSEError) return undefined
      throw error
    }
  }
}
