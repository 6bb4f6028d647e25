const SWEEP_MS = 60_000

/** Who is signed in. A session ends when it was not used for `ttlS` seconds, or when its member signs out. */
export class Sessions {
  #byId = new Map()
  #ttlMs

  constructor({ ttlS }) {
    this.#ttlMs = ttlS * 1000
    setInterval(() => this.#sweep(), SWEEP_MS).unref()
  }

  newId() {
    return Date.now().toString(36) + Math.random().toString(36).slice(2, 10)
  }

  open(id, session) {
    this.#byId.set(id, { session, endsAt: Date.now() + this.#ttlMs })
  }

  /** The session, used once more; undefined where there is none, or no longer. */
  use(id) {
    const kept = this.#byId.get(id)
    if (!kept || kept.endsAt <= Date.now()) return undefined
    kept.endsAt = Date.now() + this.#ttlMs
    return kept.session
  }

  end(id) {
    this.#byId.delete(id)
  }

  #sweep() {
    for (const [id, { endsAt }] of this.#byId) if (endsAt <= Date.now()) this.#byId.delete(id)
  }
}
