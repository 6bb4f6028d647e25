/** The wish to stop, as an AbortSignal; repeated signals change nothing. */
export class Stopping {
  readonly #controller = new AbortController()
  readonly requested: Promise<NodeJS.Signals>

  constructor(signals: NodeJS.Signals[]) {
    const { promise, resolve } = Promise.withResolvers<NodeJS.Signals>()
    this.requested = promise
    for (const name of signals) {
      process.on(name, () => {
        this.#controller.abort()
        resolve(name)
      })
    }
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  /** Resolves when the grace is over. */
  expired(graceMs: number): Promise<string> {
    return new Promise((resolve) => setTimeout(resolve, graceMs, 'grace exceeded'))
  }
}
