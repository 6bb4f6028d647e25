import { createApp } from './src/app.js'
import { Confirmations } from './src/confirmations.js'
import { loadConfig } from './src/config.js'
import { onStop } from './src/lifecycle.js'
import { createLog } from './src/log.js'
import { Orders } from './src/orders.js'
import { Warehouse } from './src/warehouse.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'orders', instance: config.instance })

const warehouse = new Warehouse(config.warehouseUrl)
const confirmations = new Confirmations({ warehouse, log, concurrency: config.confirmConcurrency })
const orders = new Orders({ warehouse, confirmations })

const state = { ready: false, stopping: false }
const app = createApp({ config, log, orders, warehouse, state })

const server = app.listen(config.port, (error) => {
  if (error) throw error
  state.ready = !state.stopping
  log.info('listening', { port: config.port, version: config.version })
})
// Longer than the 60 s idle timeout of the load balancer in front of us.
server.keepAliveTimeout = 65_000
server.headersTimeout = 66_000

onStop({ log, server, state, orders, confirmations, warehouse, graceMs: config.shutdownGraceMs })
