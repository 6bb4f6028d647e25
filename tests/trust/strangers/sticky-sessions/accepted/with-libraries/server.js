import { createApp } from './src/app.js'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'
import { createSessions } from './src/sessions.js'
import { Valkey } from './src/valkey.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

const directory = new Directory(config.directoryUrl)
const valkey = new Valkey({ url: config.redisUrl, timeoutMs: config.storeTimeoutMs, log })
const sessions = createSessions({ valkey, ttlS: config.sessionTtlS, secret: config.sessionSecret })
const app = createApp({ config, log, directory, sessions, valkey })

const server = app.listen(config.port, (error) => {
  if (error) throw error
  log.info('listening', { port: config.port, version: config.version })
})

process.once('SIGTERM', () => {
  log.info('stopping')
  server.close(() => process.exit(0))
  setInterval(() => server.closeIdleConnections(), 100)
  setTimeout(() => process.exit(0), 10_000)
})
