import express, { type ErrorRequestHandler, type Request, type Response } from 'express'
import { parse } from 'node:querystring'
import { DirectoryError, type Directory } from './directory.js'
import { HOURS } from './hours.js'
import { AWAY, type Session, type Store } from './store.ts'

const COOKIE = 'sid'
const COOKIE_OPTIONS = { httpOnly: true, sameSite: 'strict', path: '/' } as const

interface Parts {
  config: { instance: string; version: string }
  log: { info: Log; warn: Log; error: Log }
  directory: Directory
  store: Store
}
type Log = (message: string, fields?: object) => void

export function createApp({ config, log, directory, store }: Parts) {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '4kb' }))

  app.get('/healthz', (_req, res) => {
    res.json({ status: 'ok', instance: config.instance, version: config.version })
  })
  app.get('/readyz', (_req, res) => {
    res.json({ ready: true })
  })
  app.get('/opening-hours', (_req, res) => {
    res.json(HOURS)
  })

  app.post('/sign-in', async (req, res) => {
    const { email, password } = req.body ?? {}
    if (typeof email !== 'string' || typeof password !== 'string') {
      return void res.status(400).json({ error: 'email and password are needed' })
    }
    const member = await directory.verify({ email, password })
    if (!member) return void res.status(401).json({ error: 'email or password is wrong' })

    const session: Session = { ...member, signedInAt: new Date().toISOString() }
    const id = await store.open(session)
    if (id === AWAY) return sayAway(res)
    log.info('signed in', { memberId: member.memberId })
    res.cookie(COOKIE, id, COOKIE_OPTIONS).json(session)
  })

  const signedIn = (serve: (session: Session, res: Response) => unknown) => async (req: Request, res: Response) => {
    const session = await store.use(sessionId(req))
    if (session === AWAY) return sayAway(res)
    if (!session) return void res.status(401).json({ error: 'please sign in' })
    await serve(session, res)
  }

  app.get('/me', signedIn((session, res) => res.json(session)))
  app.get('/visits', signedIn(async (session, res) => res.json(await directory.visits(session.memberId))))

  app.post('/sign-out', async (req, res) => {
    if ((await store.end(sessionId(req))) === AWAY) return sayAway(res)
    res.clearCookie(COOKIE, COOKIE_OPTIONS).status(204).end()
  })

  app.use((_req, res) => {
    res.status(404).json({ error: 'no such route' })
  })
  app.use(answerError(log))
  return app
}

const sessionId = (req: Request): string | undefined => {
  const found = parse(req.headers.cookie ?? '', '; ', '=')[COOKIE]
  return Array.isArray(found) ? found[0] : found
}

const sayAway = (res: Response): void => void res.status(503).json({ error: 'please try again in a moment' })

const answerError = (log: Parts['log']): ErrorRequestHandler => (error, req, res, _next) => {
  if (error.type === 'entity.parse.failed') return void res.status(400).json({ error: error.message })
  log.error('request failed', { path: req.path, reason: error.message })
  if (res.headersSent) return void res.destroy()
  if (error instanceof DirectoryError) return void res.status(502).json({ error: 'the directory could not be asked' })
  res.status(500).json({ error: 'something went wrong here' })
}
