import { randomBytes, randomUUID } from 'node:crypto'
import { Redis } from 'ioredis'

const QUESTIONS = 'sessions'

/** Who is signed in. Each replica keeps the sessions it opened, and answers the others' questions about them. */
export class Sessions {
  #byId = new Map()
  #waiting = new Map()
  #answers = `sessions:${randomUUID()}`
  #publisher
  #subscriber
  #ttlMs
  #timeoutMs

  constructor({ url, ttlS, timeoutMs, log }) {
    this.#ttlMs = ttlS * 1000
    this.#timeoutMs = timeoutMs
    this.#publisher = new Redis(url, { commandTimeout: timeoutMs })
    this.#subscriber = new Redis(url)
    for (const client of [this.#publisher, this.#subscriber]) {
      client.on('error', (error) => log.warn('store', { reason: error.message }))
    }
    this.#subscriber.on('message', (channel, text) => this.#hear(channel, JSON.parse(text)))
  }

  async connect() {
    await this.#subscriber.subscribe(QUESTIONS, this.#answers)
    return this
  }

  async open(session) {
    const id = randomBytes(32).toString('base64url')
    this.#byId.set(id, { session, endsAt: Date.now() + this.#ttlMs })
    return id
  }

  async use(id) {
    if (!id) return undefined
    return this.#byId.has(id) ? this.#useOwn(id) : await this.#ask('use', id)
  }

  async end(id) {
    if (id && !this.#byId.delete(id)) await this.#ask('end', id)
  }

  #useOwn(id) {
    const kept = this.#byId.get(id)
    if (!kept || kept.endsAt <= Date.now()) return undefined
    kept.endsAt = Date.now() + this.#ttlMs
    return kept.session
  }

  /** What the owner says; undefined where none of them says anything in time. */
  async #ask(what, id) {
    const question = randomUUID()
    const { promise, resolve } = Promise.withResolvers()
    const timer = setTimeout(resolve, Math.min(this.#timeoutMs, 500))
    this.#waiting.set(question, resolve)
    try {
      await this.#publisher.publish(QUESTIONS, JSON.stringify({ question, what, id, to: this.#answers }))
      return await promise
    } finally {
      clearTimeout(timer)
      this.#waiting.delete(question)
    }
  }

  #hear(channel, { question, what, id, to, session }) {
    if (channel === this.#answers) return this.#waiting.get(question)?.(session)
    if (!this.#byId.has(id)) return
    const found = what === 'use' ? this.#useOwn(id) : void this.#byId.delete(id)
    this.#publisher.publish(to, JSON.stringify({ question, session: found })).catch(() => {})
  }
}
