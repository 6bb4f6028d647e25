import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import Valkey from 'iovalkey'

export interface Session {
  memberId: string
  name: string
  tier: string
  signedInAt: string
}

export const AWAY = Symbol('the store does not answer')
export type Away = typeof AWAY

interface Wanted {
  url: string
  ttlS: number
  timeoutMs: number
  onTrouble: (reason: string) => void
}

const FIRST_CONNECTION_MS = 2000

/** The store once it is connected, or after two seconds without: public pages need none. */
export async function connected({ url, ttlS, timeoutMs, onTrouble }: Wanted) {
  const valkey = new Valkey(url, {
    enableOfflineQueue: false,
    autoResendUnfulfilledCommands: false,
    maxRetriesPerRequest: 0,
    retryStrategy: (attempt: number) => Math.min(50 * attempt, 1000)
  })
  valkey.on('error', (error: Error) => onTrouble(error.message))
  await Promise.race([once(valkey, 'ready').catch(() => {}), sleep(FIRST_CONNECTION_MS, undefined, { ref: false })])

  /** The replies of a transaction, or AWAY: never an exception, and never later than the time-out. */
  async function replies(transaction: ReturnType<typeof valkey.multi>): Promise<unknown[] | Away> {
    const late = new AbortController()
    try {
      const results = await Promise.race([transaction.exec(), sleep(timeoutMs, null, { signal: late.signal })])
      if (!results) return AWAY
      return results.map(([error, reply]) => {
        if (error) throw error
        return reply
      })
    } catch (error) {
      onTrouble((error as Error).message)
      return AWAY
    } finally {
      late.abort()
    }
  }

  return {
    /** The id of a new session. */
    async open(session: Session): Promise<string | Away> {
      const id = randomUUID()
      const answer = await replies(valkey.multi().hset(key(id), { ...session }).expire(key(id), ttlS))
      return answer === AWAY ? AWAY : id
    },

    /** The session, used once more; undefined where there is none, or no longer. */
    async use(id: string | undefined): Promise<Session | undefined | Away> {
      if (!id) return undefined
      const answer = await replies(valkey.multi().hgetall(key(id)).expire(key(id), ttlS))
      if (answer === AWAY) return AWAY
      const found = answer[0] as Partial<Session>
      return found.memberId ? (found as Session) : undefined
    },

    async end(id: string | undefined): Promise<void | Away> {
      if (id && (await replies(valkey.multi().del(key(id)))) === AWAY) return AWAY
    }
  }
}

export type Store = Awaited<ReturnType<typeof connected>>

const key = (id: string) => `session:${id}`
