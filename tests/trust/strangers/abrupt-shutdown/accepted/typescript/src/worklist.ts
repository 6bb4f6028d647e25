/**
 * Everything that has to be finished before the process may go: requests, reservations that are being made,
 * reservations that are not settled. Whoever starts such a thing puts it here, and takes it off when it is done.
 */
export class Worklist {
  #items: Map<symbol, string> = new Map()
  #emptied: Array<() => void> = []

  /** Returns what takes it off again. Calling that more than once does no harm. */
  begin(what: string): () => void {
    const key = Symbol(what)
    this.#items.set(key, what)
    return () => {
      if (this.#items.delete(key) && this.#items.size === 0) this.#announce()
    }
  }

  /** Resolves as soon as nothing is on the list. */
  empty(): Promise<void> {
    return new Promise((resolve) => {
      if (this.#items.size === 0) resolve()
      else this.#emptied.push(resolve)
    })
  }

  /** How much there is of what, for the log. */
  summary(): Record<string, number> {
    const counts: Record<string, number> = {}
    for (const what of this.#items.values()) counts[what] = (counts[what] ?? 0) + 1
    return counts
  }

  #announce(): void {
    for (const resolve of this.#emptied.splice(0)) resolve()
  }
}
