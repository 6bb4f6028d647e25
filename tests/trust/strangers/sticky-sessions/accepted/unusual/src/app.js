import express from 'express'
import { COOKIE, COOKIE_OPTIONS, tokenOf } from './cookies.js'
import { DirectoryError } from './directory.js'
import { HOURS } from './hours.js'
import { RegisterAway } from './register.js'

export function createApp({ config, log, directory, register, tokens }) {
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
    await register.probe() // who cannot be signed in is not counted at the directory either
    const verified = await directory.verify({ email, password })
    if (!verified) return res.status(401).json({ error: 'email or password is wrong' })

    const member = { ...verified, signedInAt: new Date().toISOString() }
    const token = await tokens.seal(member)
    await register.enter(token)
    log.info('signed in', { memberId: member.memberId })
    res.cookie(COOKIE, token, COOKIE_OPTIONS).json(member)
  })

  // The register decides. What a token says counts when it is good, and only then is it read: a token that is no good
  // and one that nobody can ask about are two things, and the token cannot tell which it is.
  const signedIn = async (req, res, next) => {
    res.set('Cache-Control', 'no-store')
    const token = tokenOf(req)
    if (token && (await register.look(token))) req.member = await tokens.unseal(token)
    if (!req.member) return res.status(401).json({ error: 'please sign in' })
    next()
  }

  app.get('/me', signedIn, (req, res) => res.json(req.member))

  app.get('/visits', signedIn, async (req, res) => {
    res.json(await directory.visits(req.member.memberId))
  })

  app.post('/sign-out', async (req, res) => {
    const token = tokenOf(req)
    if (token) await register.strike(token)
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
  if (error instanceof RegisterAway) return res.status(503).json({ error: 'nobody can tell who is signed in just now' })
  if (error instanceof DirectoryError) return res.status(502).json({ error: 'the directory could not be asked' })
  res.status(500).json({ error: 'something went wrong here' })
}
