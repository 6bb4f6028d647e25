import { randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'

const CHANNEL = 'replicas'

/** The store does not carry messages now. */
export class StoreAway extends Error {}

/** Tells all replicas something, over the store's pub/sub, and knows when each of them has heard it. */
export class Bus {
  #me = randomUUID()
  #waiting = new Map()
  #publisher
  #subscriber
  #hear

  constructor({ url, timeoutMs, log, hear }) {
    this.#hear = hear
    const options = { connectTimeout: 2000, retryStrategy: (attempt) => Math.min(50 * attempt, 500) }
    this.#publisher = new Redis(url, {
      ...options,
      commandTimeout: timeoutMs,
      maxRetriesPerRequest: 1,
      autoResendUnfulfilledCommands: false
    })
    this.#subscriber = new Redis(url, { ...options, maxRetriesPerRequest: null })
    for (const client of [this.#publisher, this.#subscriber]) {
      client.on('error', (error) => log.warn('store', { reason: error.message }))
    }
    this.#subscriber.on('message', (_channel, text) => this.#take(JSON.parse(text)))
  }

  async connect() {
    await this.#subscriber.subscribe(CHANNEL, this.#me)
    return this
  }

  /** Whether the store answers. */
  async check() {
    await this.#ask(() => this.#publisher.ping())
  }

  /** Resolves with what the others said to it, once all have heard it; after `patienceMs` with what came until then. */
  async tell(message, patienceMs = 400) {
    const id = randomUUID()
    const said = []
    const { promise, resolve } = Promise.withResolvers()
    const timer = setTimeout(resolve, patienceMs)
    let due = Infinity
    const count = () => said.length >= due && resolve()
    this.#waiting.set(id, (answer) => count(said.push(answer)))
    try {
      const text = JSON.stringify({ ...message, id, from: this.#me })
      due = (await this.#ask(() => this.#publisher.publish(CHANNEL, text))) - 1
      count()
      await promise
      return said
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(id)
    }
  }

  #take(message) {
    if (message.to) return this.#waiting.get(message.id)?.(message.answer)
    if (message.from === this.#me) return
    const answer = this.#hear(message) ?? null
    const text = JSON.stringify({ to: message.from, id: message.id, answer })
    this.#publisher.publish(message.from, text).catch(() => {})
  }

  async #ask(command) {
    try {
      return await command()
    } catch (cause) {
      throw new StoreAway('the replicas cannot be reached', { cause })
    }
  }
}
