import { createApp } from './src/app.js'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })

const directory = new Directory(config.directoryUrl)
const app = createApp({ config, log, directory })

const server = app.listen(config.port, (error) => {
  if (error) throw error
  log.info('listening', { port: config.port, version: config.version })
})

process.once('SIGTERM', () => {
  log.info('stopping')
  server.close(() => process.exit(0))
})
