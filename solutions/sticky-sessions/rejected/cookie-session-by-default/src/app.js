import cookieSession from 'cookie-session'
import express from 'express'
import { COOKIE, COOKIE_OPTIONS } from './cookies.js'
import { DirectoryError } from './directory.js'
import { HOURS } from './hours.js'

export function createApp({ config, log, directory }) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '4kb' }))
  const maxAge = config.sessionTtlS * 1000
  app.use(cookieSession({ name: COOKIE, secret: config.sessionSecret, maxAge, ...COOKIE_OPTIONS }))

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
    const member = await directory.verify({ email, password })
    if (!member) return res.status(401).json({ error: 'email or password is wrong' })

    const session = { ...member, signedInAt: new Date().toISOString() }
    req.session = session
    log.info('signed in', { memberId: member.memberId })
    res.json(session)
  })

  app.get('/me', signedIn, (req, res) => res.json(req.session))

  app.get('/visits', signedIn, async (req, res) => {
    res.json(await directory.visits(req.session.memberId))
  })

  app.post('/sign-out', (req, res) => {
    req.session = null
    res.status(204).end()
  })

  app.use((req, res) => res.status(404).json({ error: 'no such route' }))
  app.use(answerError(log))
  return app
}

const signedIn = (req, res, next) => {
  if (!req.session.memberId) return res.status(401).json({ error: 'please sign in' })
  next()
}

const answerError = (log) => (error, req, res, next) => {
  if (error.type === 'entity.parse.failed') return res.status(400).json({ error: error.message })
  log.error('request failed', { path: req.path, reason: error.message })
  if (res.headersSent) return res.destroy()
  if (error instanceof DirectoryError) return res.status(502).json({ error: 'the directory could not be asked' })
  res.status(500).json({ error: 'something went wrong here' })
}
