export const COOKIE = 'sid'
export const COOKIE_OPTIONS = Object.freeze({ httpOnly: true, sameSite: 'strict', path: '/' })

/** What came as token with a request, whatever it is; undefined where nothing did. */
export function tokenOf(req) {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [name, ...value] = part.split('=')
    if (name.trim() === COOKIE) return value.join('=').trim() || undefined
  }
}
