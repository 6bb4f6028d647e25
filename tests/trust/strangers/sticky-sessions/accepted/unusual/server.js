import { createApp } from './src/app.js'
import { loadConfig } from './src/config.js'
import { Directory } from './src/directory.js'
import { createLog } from './src/log.js'
import { Register } from './src/register.js'
import { Tokens } from './src/tokens.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'members-area', instance: config.instance })
if (!config.sessionSecretSet) log.warn('SESSION_SECRET is not set: who has a cookie can read what is in it')

const directory = new Directory(config.directoryUrl)
const register = new Register({ url: config.redisUrl, ttlS: config.sessionTtlS, timeoutMs: config.storeTimeoutMs, log })
const tokens = new Tokens({ secret: config.sessionSecret })
const app = createApp({ config, log, directory, register, tokens })

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
