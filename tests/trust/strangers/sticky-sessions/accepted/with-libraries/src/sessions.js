import { RedisStore } from 'connect-redis'
import expressSession from 'express-session'
import { COOKIE, COOKIE_OPTIONS } from './cookies.js'

/** connect-redis, but that reading a session is using it, in one command that cannot revive one that has ended. */
class SessionStore extends RedisStore {
  #saved = new WeakSet()

  constructor({ valkey, ttlS }) {
    super({ client: valkey, prefix: 'members:session:', ttl: ttlS, disableTouch: true })
  }

  get(id, done) {
    this.client.getEx(this.prefix + id, this.ttl).then(
      (text) => done(null, text === null ? null : this.serializer.parse(text)),
      (error) => done(error)
    )
  }

  /**
   * A session is written once, when it is new. express-session would write it a second time together with the answer,
   * and by then it may have been signed out elsewhere.
   */
  set(id, session, done) {
    if (this.#saved.has(session)) return done(null)
    super.set(id, session, (error) => {
      if (!error) this.#saved.add(session)
      done(error)
    })
  }
}

/** The middleware that puts `req.session` there; only for routes that need one, as it asks the store. */
export function createSessions({ valkey, ttlS, secret }) {
  return expressSession({
    store: new SessionStore({ valkey, ttlS }),
    name: COOKIE,
    cookie: { ...COOKIE_OPTIONS },
    secret,
    resave: false,
    saveUninitialized: false
  })
}

/** Puts the member into a session with a new id, and ends the one that came with the request. */
export async function openSession(req, member) {
  await call((done) => req.session.regenerate(done))
  req.session.member = member
  await call((done) => req.session.save(done))
}

export async function endSession(req) {
  await call((done) => req.session.destroy(done))
}

const call = (action) => new Promise((resolve, reject) => action((error) => (error ? reject(error) : resolve())))
