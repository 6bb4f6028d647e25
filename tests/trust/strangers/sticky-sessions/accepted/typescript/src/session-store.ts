import { createHash, randomUUID, randomBytes } from 'node:crypto'
import Valkey from 'iovalkey'
import type { Member } from './directory.ts'
import type { Log } from './log.ts'

export type Session = Member & { signedInAt: string }

type Options = { url: string, ttlS: number, timeoutMs: number, log: Log }

/** Nobody knows just now who is signed in: the store is away, silent, or unable. */
export class StoreAway extends Error {
  name = 'StoreAway'
}

/**
 * The sessions, in the Valkey that all replicas share and nowhere else. What is kept there for a session lives under
 * the hash of its id, so that one who can read the store cannot be any of those who are signed in.
 *
 * Nothing is asked twice: what has not been answered in time has failed, and is not sent again behind the
 * caller's back when the store returns.
 */
export class SessionStore {
  #valkey: Valkey
  #ttlMs: number
  #timeoutMs: number
  #away = false

  constructor({ url, ttlS, timeoutMs, log }: Options) {
    this.#ttlMs = Math.round(ttlS * 1000)
    this.#timeoutMs = timeoutMs
    this.#valkey = new Valkey(url, {
      commandTimeout: timeoutMs,
      socketTimeout: 2 * timeoutMs,
      connectTimeout: Math.max(timeoutMs, 500),
      retryStrategy: (attempt: number) => Math.min(50 * 2 ** Math.min(attempt, 6), 1_000),
      maxRetriesPerRequest: 0,
      autoResendUnfulfilledCommands: false,
      family: 0,
      familyFallback: { enabled: false },
      keepAlive: 10_000
    })
    this.#valkey.on('error', (error: Error) => {
      if (!this.#away) log.warn('session store away', { reason: error.message })
      this.#away = true
    })
    this.#valkey.on('ready', () => {
      if (this.#away) log.info('session store back')
      this.#away = false
    })
  }

  /** Throws StoreAway where the store is not there to keep a session. */
  async available(): Promise<void> {
    await this.#within(this.#valkey.ping())
  }

  /** Keeps a session and returns its id. The one with the id `former` is over, whosever it was. */
  async open(session: Session, former: string | undefined): Promise<string> {
    // 122 bits of a version 4 UUID would do; the rest is for the next person who asks.
    const id = `${randomUUID()}.${randomBytes(16).toString('base64url')}`
    const kept = this.#within(this.#valkey.set(keyOf(id), JSON.stringify(session), 'PX', this.#ttlMs))
    const ended = former === undefined ? undefined : this.end(former)
    await Promise.all([kept, ended])
    return id
  }

  /**
   * The session with this id, which lives on for its full time; undefined where there is none.
   * GETEX does both at once: were they two commands, a sign-out could come between them.
   */
  async use(id: string): Promise<Session | undefined> {
    const text = await this.#within(this.#valkey.getex(keyOf(id), 'PX', this.#ttlMs))
    return text === null ? undefined : JSON.parse(text)
  }

  /** When this has resolved, the session is over at every replica. */
  async end(id: string): Promise<void> {
    await this.#within(this.#valkey.del(keyOf(id)))
  }

  disconnect(): void {
    this.#valkey.disconnect()
  }

  async #within<T>(reply: Promise<T>): Promise<T> {
    let timer: NodeJS.Timeout | undefined
    const tooLate = new Promise<never>((resolve, reject) => {
      // The client has the same limit; this one does not depend on what state the client is in.
      timer = setTimeout(() => reject(new Error('no answer in time')), 2 * this.#timeoutMs)
    })
    try {
      return await Promise.race([reply, tooLate])
    } catch (cause) {
      throw new StoreAway(`the session store did not answer: ${(cause as Error).message}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }
}

function keyOf(id: string): string {
  return 'members-area:session:' + createHash('sha256').update(id).digest('base64url')
}
