const TIMEOUT_MS = 5000

export type Member = { memberId: string, name: string, tier: string }
export type Visits = { visits: unknown[] }

/** The directory did not answer, or not in a way that we understand. */
export class DirectoryError extends Error {}

/** Head office's directory of members: it keeps the passwords, and the turnstiles report visits to it. */
export class Directory {
  #url: string

  constructor(url: string) {
    this.#url = url
  }

  /** The member these belong to, or undefined where they are wrong. */
  async verify({ email, password }: { email: string, password: string }): Promise<Member | undefined> {
    const response = await this.#ask('/verify', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email, password })
    })
    return response.status === 401 ? undefined : await this.#read(response)
  }

  /** What the turnstiles saw of a member, newest first. */
  async visits(memberId: string): Promise<Visits> {
    return await this.#read(await this.#ask(`/members/${encodeURIComponent(memberId)}/visits`))
  }

  async #ask(path: string, options: RequestInit = {}): Promise<Response> {
    try {
      return await fetch(this.#url + path, { ...options, signal: AbortSignal.timeout(TIMEOUT_MS) })
    } catch (cause) {
      throw new DirectoryError('the directory does not answer', { cause })
    }
  }

  async #read(response: Response): Promise<any> {
    if (!response.ok) throw new DirectoryError(`the directory answered ${response.status}`)
    try {
      return await response.json()
    } catch (cause) {
      throw new DirectoryError('the directory broke off', { cause })
    }
  }
}
