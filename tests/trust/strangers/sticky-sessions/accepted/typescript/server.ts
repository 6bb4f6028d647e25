import { createApp } from './src/app.ts'
import { loadConfig } from './src/config.ts'
import { Directory } from './src/directory.ts'
import { createLog } from './src/log.ts'
import { SessionStore } from './src/session-store.ts'

/** Longer than the directory may take for its part of an answer. */
const LAST_ANSWERS_MS = 8_000

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

const directory = new Directory(config.directoryUrl)
const sessions = new SessionStore({
  url: config.redisUrl,
  ttlS: config.sessionTtlS,
  timeoutMs: config.storeTimeoutMs,
  log
})
const app = createApp({ config, log, directory, sessions })

const server = app.listen(config.port, (error?: Error) => {
  if (error) throw error
  log.info('listening', { port: config.port, version: config.version })
})

process.once('SIGTERM', () => {
  log.info('stopping')
  // Answers that are under way are given; a connection on which nothing is asked is closed.
  server.close(() => {
    sessions.disconnect()
    process.exit(0)
  })
  setInterval(() => server.closeIdleConnections(), 50)
  setTimeout(() => process.exit(0), LAST_ANSWERS_MS)
})
