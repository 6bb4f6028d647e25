import cluster from 'node:cluster'
import { createApp } from './src/app.js'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'
import { Sessions } from './src/sessions.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

// Whatever is wrong with the connection to the store, a fresh process has a fresh one.
if (cluster.isPrimary) {
  cluster.fork()
  cluster.on('exit', (worker) => worker.exitedAfterDisconnect || cluster.fork())
  process.once('SIGTERM', () => cluster.disconnect(() => process.exit(0)))
} else {
  const directory = new Directory(config.directoryUrl)
  const sessions = new Sessions({
    url: config.redisUrl,
    ttlS: config.sessionTtlS,
    timeoutMs: config.storeTimeoutMs
  })
  const app = createApp({ config, log, directory, sessions })

  const server = app.listen(config.port, (error) => {
    if (error) throw error
    log.info('listening', { port: config.port, version: config.version })
  })

  process.once('SIGTERM', () => {
    log.info('stopping')
    server.close(() => process.exit(0))
  })
}
