import { createClient } from 'redis'

/** The store is away, or did not answer in time: nobody knows who is signed in. */
export class StoreError extends Error {}

const CONNECT_TIMEOUT_MS = 1000
const RECONNECT_MS = 500

/**
 * The store that all replicas share. Whoever asks it has the answer, or a StoreError, after `timeoutMs` at the latest.
 * The client library waits for an answer for as long as the connection stands, which a store that only hangs leaves
 * standing. So where one connection has been silent for too long it is given up for another.
 */
export class Valkey {
  #url
  #timeoutMs
  #log
  #client
  #heardAt = 0
  #renewedAt = 0
  #greetingSince = Infinity // while a new connection waits for the answers to AUTH and SELECT

  constructor({ url, timeoutMs, log }) {
    this.#url = url
    this.#timeoutMs = timeoutMs
    this.#log = log
    this.#client = this.#connect()
  }

  ping() {
    return this.#ask((client) => client.ping())
  }

  set(key, value, options) {
    return this.#ask((client) => client.set(key, value, options))
  }

  /** Reads a value and gives it another `ttlS` seconds in one step; null where there is none. */
  getEx(key, ttlS) {
    return this.#ask((client) => client.getEx(key, { type: 'EX', value: ttlS }))
  }

  del(keys) {
    return this.#ask((client) => client.del(keys))
  }

  async #ask(command) {
    const client = this.#client
    const askedAt = performance.now()
    let timer
    const silence = new Promise((resolve, reject) => {
      timer = setTimeout(() => {
        this.#onSilence(client, askedAt)
        reject(new Error(`no answer within ${this.#timeoutMs} ms`))
      }, this.#timeoutMs)
    })
    try {
      const reply = await Promise.race([command(client), silence])
      if (client === this.#client) this.#heardAt = performance.now()
      return reply
    } catch (cause) {
      throw new StoreError(`the session store does not answer: ${cause.message}`, { cause })
    } finally {
      clearTimeout(timer)
    }
  }

  #onSilence(client, askedAt) {
    if (client !== this.#client) return // replaced already
    if (!client.isReady && this.#greetingSince > askedAt) return // being connected at this moment
    if (this.#heardAt >= askedAt || performance.now() - this.#renewedAt < CONNECT_TIMEOUT_MS) return
    this.#log.warn('session store silent, trying another connection')
    this.#client = this.#connect()
    client.destroy()
  }

  #connect() {
    this.#renewedAt = performance.now()
    this.#greetingSince = Infinity
    const client = createClient({
      url: this.#url,
      RESP: 2,
      disableClientInfo: true,
      maintNotifications: 'disabled',
      commandOptions: { timeout: this.#timeoutMs }, // of those that could not be sent; ours is for the answers
      socket: {
        connectTimeout: CONNECT_TIMEOUT_MS,
        reconnectStrategy: (retries) => Math.min(50 * 2 ** retries, RECONNECT_MS)
      }
    })
    const onCurrent = (event, listener) => client.on(event, (value) => client === this.#client && listener(value))
    onCurrent('connect', () => (this.#greetingSince = performance.now()))
    onCurrent('ready', () => (this.#greetingSince = Infinity))
    onCurrent('error', (error) => {
      this.#greetingSince = Infinity
      this.#log.warn('session store away', { reason: error.message })
    })
    client.connect().catch(() => {}) // it goes on trying; this is only told when it is destroyed meanwhile
    return client
  }
}
