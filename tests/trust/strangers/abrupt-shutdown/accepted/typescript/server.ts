import { createServer } from 'node:http'
import { createApp } from './src/app.ts'
import { loadConfig } from './src/config.ts'
import { Confirmations } from './src/confirmations.ts'
import { Frontdoor } from './src/frontdoor.ts'
import { createLog } from './src/log.ts'
import { Orders } from './src/orders.ts'
import { Shutdown } from './src/shutdown.ts'
import { Warehouse } from './src/warehouse.ts'
import { Worklist } from './src/worklist.ts'

const config = loadConfig(process.env)
const log = createLog({ service: 'orders', instance: config.instance })

const work = new Worklist()
const warehouse = new Warehouse(config.warehouseUrl)
const confirmations = new Confirmations({ warehouse, log, work, concurrency: config.confirmConcurrency })
const orders = new Orders({ warehouse, confirmations, work })
const frontdoor = new Frontdoor({ work })

const server = createServer(frontdoor.guard(createApp({ config, log, orders, warehouse, frontdoor })))
// Longer than the 60 s idle timeout of the load balancer in front of us.
server.keepAliveTimeout = 65_000
server.headersTimeout = 66_000
frontdoor.watch(server)

const shutdown = new Shutdown({ log, work, frontdoor, confirmations, warehouse, graceMs: config.shutdownGraceMs })
process.on('SIGTERM', () => shutdown.request('SIGTERM'))
process.on('SIGINT', () => shutdown.request('SIGINT'))

server.listen(config.port, () => {
  frontdoor.open()
  log.info('listening', { port: config.port, version: config.version })
})
