import { createApp } from './src/app.js'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'
import { Sessions } from './src/sessions.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

const directory = new Directory(config.directoryUrl)
const sessions = new Sessions({ url: config.redisUrl, ttlS: config.sessionTtlS, timeoutMs: config.storeTimeoutMs, log })
const app = createApp({ config, log, directory, sessions })

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
