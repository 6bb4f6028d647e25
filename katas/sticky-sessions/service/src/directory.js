const TIMEOUT_MS = 5000

/** The directory did not answer, or not in a way that we understand. */
export class DirectoryError extends Error {}

/** Head office's directory of members: it keeps the passwords, and the turnstiles report visits to it. */
export class Directory {
  #url

  constructor(url) {
    this.#url = url
  }

  /** The member these belong to, or undefined where they are wrong. */
  async verify({ email, password }) {
    const response = await this.#ask('/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password })
    })
    return response.status === 401 ? undefined : await this.#read(response)
  }

  /** What the turnstiles saw of a member, newest first. */
  async visits(memberId) {
    return await this.#read(await this.#ask(`/members/${encodeURIComponent(memberId)}/visits`))
  }

  async #ask(path, options = {}) {
    try {
      return await fetch(this.#url + path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) })
    } catch (cause) {
      throw new DirectoryError('the directory does not answer', { cause })
    }
  }

  async #read(response) {
    if (!response.ok) throw new DirectoryError(`the directory answered ${response.status}`)
    try {
      return await response.json()
    } catch (cause) {
      throw new DirectoryError('the directory broke off', { cause })
    }
  }
}
