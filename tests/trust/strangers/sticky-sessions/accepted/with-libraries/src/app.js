import express from 'express'
import { COOKIE, COOKIE_OPTIONS, hasSessionCookie } from './cookies.js'
import { DirectoryError } from './directory.js'
import { HOURS } from './hours.js'
import { endSession, openSession } from './sessions.js'
import { StoreError } from './valkey.js'

export function createApp({ config, log, directory, sessions, valkey }) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '4kb' }))

  // What is public never asks the store.
  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instance, version: config.version })
  })
  app.get('/readyz', (req, res) => res.json({ ready: true }))
  app.get('/opening-hours', (req, res) => res.json(HOURS))

  /** Who sends this, by e-mail and password. Asks the store first: without it there is no use in asking the directory. */
  const identify = async (req, res, next) => {
    const { email, password } = req.body ?? {}
    if (typeof email !== 'string' || typeof password !== 'string') {
      return res.status(400).json({ error: 'email and password are needed' })
    }
    await valkey.ping()
    req.member = await directory.verify({ email, password })
    if (!req.member) return res.status(401).json({ error: 'email or password is wrong' })
    next()
  }

  /** Who sends this, by the session. */
  const recognise = async (req, res, next) => {
    req.member = req.session.member
    // A cookie that we did not sign has not been asked for at the store. While that is away nobody is told to sign in.
    if (!req.member && hasSessionCookie(req)) await valkey.ping()
    next()
  }

  const membersOnly = (req, res, next) => {
    if (!req.member) return res.status(401).json({ error: 'please sign in' })
    next()
  }

  app.post('/sign-in', identify, sessions, async (req, res) => {
    const member = { ...req.member, signedInAt: new Date().toISOString() }
    await openSession(req, member)
    log.info('signed in', { memberId: member.memberId })
    res.json(member)
  })

  app.get('/me', sessions, recognise, membersOnly, (req, res) => res.json(req.member))

  app.get('/visits', sessions, recognise, membersOnly, async (req, res) => {
    res.json(await directory.visits(req.member.memberId))
  })

  app.post('/sign-out', sessions, recognise, async (req, res) => {
    if (req.member) await endSession(req)
    res.clearCookie(COOKIE, COOKIE_OPTIONS).status(204).end()
  })

  app.use((req, res) => res.status(404).json({ error: 'no such route' }))
  app.use(answerError(log))
  return app
}

const answerError = (log) => (error, req, res, next) => {
  if (error.type === 'entity.parse.failed') return res.status(400).json({ error: error.message })
  log.error('request failed', { path: req.path, reason: error.message })
  if (res.headersSent) return res.destroy()
  delete req.session // no cookie with this answer, and nothing to be saved with it
  if (error instanceof StoreError) return res.status(503).json({ error: 'nobody can tell who is signed in just now' })
  if (error instanceof DirectoryError) return res.status(502).json({ error: 'the directory could not be asked' })
  res.status(500).json({ error: 'something went wrong here' })
}
