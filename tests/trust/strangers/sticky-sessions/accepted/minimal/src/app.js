import express from 'express'
import { COOKIE, COOKIE_OPTIONS, sessionIdOf } from './cookies.js'
import { DirectoryError } from './directory.js'
import { HOURS } from './hours.js'
import { StoreError } from './sessions.js'

export function createApp({ config, log, directory, sessions }) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '4kb' }))

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instance, version: config.version })
  })
  app.get('/readyz', (req, res) => res.json({ ready: true }))
  app.get('/opening-hours', (req, res) => res.json(HOURS))

  app.post('/sign-in', async (req, res) => {
    const { email, password } = req.body ?? {}
    if (typeof email !== 'string' || typeof password !== 'string') {
      return res.status(400).json({ error: 'email and password are needed' })
    }
    await sessions.check() // ahead of the directory, which may take its time, and counts what we ask it
    const member = await directory.verify({ email, password })
    if (!member) return res.status(401).json({ error: 'email or password is wrong' })

    const session = { ...member, signedInAt: new Date().toISOString() }
    const id = await sessions.open(session)
    log.info('signed in', { memberId: member.memberId })
    res.cookie(COOKIE, id, COOKIE_OPTIONS).json(session)
  })

  app.get('/me', signedIn(sessions), (req, res) => res.json(req.member))

  app.get('/visits', signedIn(sessions), async (req, res) => {
    res.json(await directory.visits(req.member.memberId))
  })

  app.post('/sign-out', async (req, res) => {
    await sessions.end(sessionIdOf(req))
    res.clearCookie(COOKIE, COOKIE_OPTIONS).status(204).end()
  })

  app.use((req, res) => res.status(404).json({ error: 'no such route' }))
  app.use(answerError(log))
  return app
}

const signedIn = (sessions) => async (req, res, next) => {
  req.member = await sessions.use(sessionIdOf(req))
  if (!req.member) return res.status(401).json({ error: 'please sign in' })
  next()
}

const answerError = (log) => (error, req, res, next) => {
  if (error.type === 'entity.parse.failed') return res.status(400).json({ error: error.message })
  log.error('request failed', { path: req.path, reason: error.message })
  if (res.headersSent) return res.destroy()
  if (error instanceof StoreError) return res.status(503).json({ error: 'nobody can tell who is signed in just now' })
  if (error instanceof DirectoryError) return res.status(502).json({ error: 'the directory could not be asked' })
  res.status(500).json({ error: 'something went wrong here' })
}
