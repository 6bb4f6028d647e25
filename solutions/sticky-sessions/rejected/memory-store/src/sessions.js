import session from 'express-session'
import { COOKIE, COOKIE_OPTIONS } from './cookies.js'

/** The middleware for routes that need a session. */
export function createSessions({ secret, ttlS }) {
  return session({
    name: COOKIE,
    secret,
    cookie: { ...COOKIE_OPTIONS, maxAge: ttlS * 1000 },
    rolling: true,
    resave: false,
    saveUninitialized: false
  })
}

/** `regenerate`, `save` or `destroy` of the request's session, as a promise. */
export const done = (req, step) =>
  new Promise((resolve, reject) => req.session[step]((error) => (error ? reject(error) : resolve())))
