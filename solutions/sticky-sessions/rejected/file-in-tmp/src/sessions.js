import { createHash, randomBytes } from 'node:crypto'
import { mkdirSync } from 'node:fs'
import { readFile, rm, stat, utimes, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

/** Who is signed in, on disk, so that a restart loses nobody. A file's own time says when it was last used. */
export class Sessions {
  #folder = join(tmpdir(), 'sessions')
  #ttlMs

  constructor({ ttlS }) {
    this.#ttlMs = ttlS * 1000
    mkdirSync(this.#folder, { recursive: true })
  }

  async open(session) {
    const id = randomBytes(32).toString('base64url')
    await writeFile(this.#file(id), JSON.stringify(session), { mode: 0o600 })
    return id
  }

  async use(id) {
    if (!id) return undefined
    try {
      const { mtimeMs } = await stat(this.#file(id))
      if (mtimeMs + this.#ttlMs <= Date.now()) return await this.end(id)
      await utimes(this.#file(id), new Date(), new Date())
      return JSON.parse(await readFile(this.#file(id), 'utf8'))
    } catch (error) {
      if (error.code === 'ENOENT') return undefined
      throw error
    }
  }

  async end(id) {
    if (id) await rm(this.#file(id), { force: true })
  }

  #file(id) {
    return join(this.#folder, createHash('sha256').update(id).digest('hex'))
  }
}
