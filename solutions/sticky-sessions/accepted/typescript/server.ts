import { createApp } from './src/app.ts'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'
import { connected } from './src/store.ts'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

const directory = new Directory(config.directoryUrl)
const store = await connected({
  url: config.redisUrl,
  ttlS: config.sessionTtlS,
  timeoutMs: config.storeTimeoutMs,
  onTrouble: (reason) => log.warn('store', { reason })
})
const app = createApp({ config, log, directory, store })

const server = app.listen(config.port, (error?: Error) => {
  if (error) throw error
  log.info('listening', { port: config.port, version: config.version })
})

process.once('SIGTERM', () => {
  log.info('stopping')
  server.close(() => process.exit(0))
})
