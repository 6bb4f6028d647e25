import { once } from 'node:events'
import { createServer } from 'node:http'
import { createApp } from './src/app.js'
import { Confirmations } from './src/confirmations.js'
import { loadConfig } from './src/config.js'
import { Stopping } from './src/stopping.ts'
import { createLog } from './src/log.js'
import { Orders } from './src/orders.js'
import { Warehouse } from './src/warehouse.js'

const config = loadConfig(process.env)
const log = createLog({ service: 'orders', instance: config.instance })
const stopping = new Stopping(['SIGTERM', 'SIGINT'])
const resources = new AsyncDisposableStack()

const warehouse = resources.adopt(new Warehouse(config.warehouseUrl), (held) => held.close())
const confirmations = resources.adopt(
  new Confirmations({ warehouse, log, concurrency: config.confirmConcurrency }),
  (held) => held.idle()
)
const orders = new Orders({ warehouse, confirmations })
const state = {
  get ready(): boolean {
    return !stopping.signal.aborted
  }
}

const server = createServer({ keepAliveTimeout: 65_000, headersTimeout: 66_000 }, createApp({ config, log, orders, warehouse, state }))
resources.defer(async () => {
  const closed = once(server, 'close')
  server.close()
  await closed
})
// While stopping, whoever has finished its answer is let go.
server.on('request', (_req, res) => {
  res.once('close', () => stopping.signal.aborted && setImmediate(() => server.closeIdleConnections()))
})
server.listen(config.port, () => log.info('listening', { port: config.port }))

const signal = await stopping.requested
log.info('stopping', { signal })
const outcome = await Promise.race([resources.disposeAsync().then(() => 'drained'), stopping.expired(config.shutdownGraceMs)])
log.info('stopped', { outcome })
process.exit(outcome === 'drained' ? 0 : 1)
