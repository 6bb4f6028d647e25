import type { AddressInfo } from 'node:net'

import { createApp } from './src/app.ts'
import { loadConfig } from './src/config.ts'
import { Database } from './src/database.ts'
import { log } from './src/log.ts'

const config = loadConfig(process.env)
const database = new Database(config.database)

const server = createApp(config.instanceId, database).listen(config.port, (error?: Error) => {
  if (error) throw error
  log('info', 'listening', { port: (server.address() as AddressInfo).port })
})
