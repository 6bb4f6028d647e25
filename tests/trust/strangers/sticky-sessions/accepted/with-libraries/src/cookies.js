export const COOKIE = 'sid'
export const COOKIE_OPTIONS = Object.freeze({ httpOnly: true, sameSite: 'lax', path: '/' })

/** Whether a request came with something that could be a session's, good or not. */
export function hasSessionCookie(req) {
  return (req.headers.cookie ?? '').split(';').some((part) => {
    const [name, ...value] = part.trim().split('=')
    return name.trim() === COOKIE && value.join('=').trim() !== ''
  })
}
