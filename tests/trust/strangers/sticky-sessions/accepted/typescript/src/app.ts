import express from 'express'
import type { ErrorRequestHandler, Express, RequestHandler, Response } from 'express'
import type { Config } from './config.ts'
import { COOKIE, COOKIE_OPTIONS, sessionIdOf } from './cookies.ts'
import { DirectoryError } from './directory.ts'
import type { Directory } from './directory.ts'
import { HOURS } from './hours.ts'
import type { Log } from './log.ts'
import { StoreAway } from './session-store.ts'
import type { Session, SessionStore } from './session-store.ts'

type Parts = { config: Config, log: Log, directory: Directory, sessions: SessionStore }

export function createApp({ config, log, directory, sessions }: Parts): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '4kb' }))

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instance, version: config.version })
  })
  app.get('/readyz', (req, res) => {
    res.json({ ready: true })
  })
  app.get('/opening-hours', (req, res) => {
    res.json(HOURS)
  })

  app.post('/sign-in', async (req, res) => {
    const { email, password } = req.body ?? {}
    if (typeof email !== 'string' || typeof password !== 'string') {
      res.status(400).json({ error: 'email and password are needed' })
      return
    }
    // Both at once: without the store there is no signing in, and no reason to wait for the directory to say so.
    const [member] = await Promise.all([directory.verify({ email, password }), sessions.available()])
    if (!member) {
      res.status(401).json({ error: 'email or password is wrong' })
      return
    }
    const session: Session = { ...member, signedInAt: new Date().toISOString() }
    const id = await sessions.open(session, sessionIdOf(req))
    log.info('signed in', { memberId: member.memberId })
    res.set('Cache-Control', 'no-store').cookie(COOKIE, id, COOKIE_OPTIONS).json(session)
  })

  app.get('/me', membersOnly(sessions), (req, res) => {
    res.json(memberOf(res))
  })

  app.get('/visits', membersOnly(sessions), async (req, res) => {
    res.json(await directory.visits(memberOf(res).memberId))
  })

  app.post('/sign-out', async (req, res) => {
    const id = sessionIdOf(req)
    if (id !== undefined) await sessions.end(id)
    res.clearCookie(COOKIE, COOKIE_OPTIONS).status(204).end()
  })

  app.use((req, res) => {
    res.status(404).json({ error: 'no such route' })
  })
  app.use(answerError(log))
  return app
}

const memberOf = (res: Response): Session => res.locals.member

function membersOnly(sessions: SessionStore): RequestHandler {
  return async (req, res, next) => {
    const id = sessionIdOf(req)
    const member = id === undefined ? undefined : await sessions.use(id)
    res.set('Cache-Control', 'no-store')
    if (!member) {
      res.status(401).json({ error: 'please sign in' })
      return
    }
    res.locals.member = member
    next()
  }
}

function answerError(log: Log): ErrorRequestHandler {
  return (error, req, res, next) => {
    if (error.type === 'entity.parse.failed') {
      res.status(400).json({ error: error.message })
      return
    }
    log.error('request failed', { path: req.path, reason: error.message })
    if (res.headersSent) {
      res.destroy()
    } else if (error instanceof StoreAway) {
      res.status(503).json({ error: 'nobody can tell who is signed in just now, please try again' })
    } else if (error instanceof DirectoryError) {
      res.status(502).json({ error: 'the directory could not be asked' })
    } else {
      res.status(500).json({ error: 'something went wrong here' })
    }
  }
}
