export const COOKIE = 'sid'
export const COOKIE_OPTIONS = Object.freeze({ httpOnly: true, sameSite: 'lax', path: '/' })

/** The session id that came with a request; undefined where none did. */
export function sessionIdOf(req) {
  for (const part of (req.headers.cookie ?? '').split(';')) {
    const [name, ...value] = part.trim().split('=')
    if (name === COOKIE) return decode(value.join('=')) || undefined
  }
}

function decode(text) {
  try {
    return decodeURIComponent(text)
  } catch {
    return text // nobody's id, which is for the store to say
  }
}
