import { RedisStore } from 'connect-redis'
import session from 'express-session'
import { createClient } from 'redis'
import { COOKIE, COOKIE_OPTIONS } from './cookies.js'

/** Nobody can say now who is signed in: the store is down, or does not answer in time. */
export class StoreAway extends Error {}

/** The middleware for routes that need a session, and the client it asks. */
export function createSessions({ url, secret, ttlS, timeoutMs, log }) {
  const client = createClient({
    url,
    socket: { reconnectStrategy: (attempt) => Math.min(50 * (attempt + 1), 500) },
    commandOptions: { timeout: timeoutMs }
  })
  client.on('error', (error) => log.warn('store', { reason: error.message }))
  client.connect().catch((error) => log.error('store given up', { reason: error.message }))

  return session({
    name: COOKIE,
    secret,
    store: new RedisStore({ client: told(client), prefix: 'session:' }),
    cookie: { ...COOKIE_OPTIONS, maxAge: ttlS * 1000 },
    rolling: true,
    resave: false,
    saveUninitialized: false
  })
}

/** The commands that the store uses, with their failures told as ours. */
function told(client) {
  const ask = async (command) => {
    try {
      return await command
    } catch (cause) {
      throw new StoreAway('the session store does not answer', { cause })
    }
  }
  return Object.fromEntries(['get', 'set', 'expire', 'del'].map((name) => [name, (...args) => ask(client[name](...args))]))
}

/** `regenerate`, `save` or `destroy` of the request's session, as a promise. */
export const done = (req, step) =>
  new Promise((resolve, reject) => req.session[step]((error) => (error ? reject(error) : resolve())))
