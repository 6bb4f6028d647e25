import type { CookieOptions, Request } from 'express'

export const COOKIE = 'sid'
/** It lives as long as the browser is open; how long the session lives is the store's business. */
export const COOKIE_OPTIONS: CookieOptions = Object.freeze({ httpOnly: true, sameSite: 'lax', path: '/' })

/**
 * What came as session id, be it one or not: only the store can tell. Undefined where nothing came.
 */
export function sessionIdOf(req: Request): string | undefined {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [name, ...value] = part.split('=')
    if (name.trim() === COOKIE) return value.join('=').trim() || undefined
  }
  return undefined
}
