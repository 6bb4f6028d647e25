import { createServer } from 'node:http'
import { createApp } from './src/app.js'
import { Confirmations } from './src/confirmations.js'
import { loadConfig } from './src/config.js'
import { Departure } from './src/departure.js'
import { createLog } from './src/log.js'
import { Orders } from './src/orders.js'
import { Warehouse } from './src/warehouse.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'orders', instance: config.instance })

const departure = new Departure({ log, graceMs: config.shutdownGraceMs })
const warehouse = new Warehouse(config.warehouseUrl)
const confirmations = new Confirmations({ warehouse, log, departure, concurrency: config.confirmConcurrency })
const orders = new Orders({ warehouse, confirmations, departure })
const app = createApp({ config, log, orders, warehouse, departure })

const server = createServer(departure.doorkeeper(app))
// Longer than the 60 s idle timeout of the load balancer in front of us.
server.keepAliveTimeout = 65_000
server.headersTimeout = 66_000

departure.attend({ server, confirmations, warehouse })
server.listen(config.port, () => log.info('listening', { port: config.port, version: config.version }))
