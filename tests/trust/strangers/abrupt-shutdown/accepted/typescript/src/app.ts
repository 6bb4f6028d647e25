import { pipeline } from 'node:stream/promises'
import express from 'express'
import type { ErrorRequestHandler, Express } from 'express'
import type { Config } from './config.ts'
import type { Frontdoor } from './frontdoor.ts'
import type { Log } from './log.ts'
import { BadOrder, parseOrder } from './orders.ts'
import type { Order, Orders } from './orders.ts'
import { WarehouseError } from './warehouse.ts'
import type { Warehouse } from './warehouse.ts'

export function createApp({ config, log, orders, warehouse, frontdoor }: {
  config: Config
  log: Log
  orders: Orders
  warehouse: Warehouse
  frontdoor: Frontdoor
}): Express {
  const app = express()
  app.disable('x-powered-by')
  app.use(express.json({ limit: '16kb' }))

  app.get('/healthz', (req, res) => {
    res.json({ status: 'ok', instance: config.instance, version: config.version })
  })

  app.get('/readyz', (req, res) => {
    res.status(frontdoor.ready ? 200 : 503).json({ ready: frontdoor.ready })
  })

  app.post('/orders', async (req, res) => {
    const order = await orders.place(parseOrder(req.body))
    log.info('order placed', { orderId: order.id, reference: order.reference })
    res.status(201).location(`/orders/${order.id}`).json(view(order))
  })

  app.get('/orders/:id', (req, res) => {
    const order = orders.find(req.params.id)
    if (!order) return res.status(404).json({ error: 'no such order' })
    res.json(view(order))
  })

  app.get('/stock', async (req, res) => {
    const lines = await warehouse.stock()
    res.type('application/x-ndjson')
    await pipeline(lines, res)
  })

  app.use((req, res) => res.status(404).json({ error: 'no such route' }))
  app.use(answerError(log))
  return app
}

const view = ({ id, reference, sku, quantity, status }: Order) => ({ id, reference, sku, quantity, status })

const answerError = (log: Log): ErrorRequestHandler => (error, req, res, next) => {
  if (res.headersSent) {
    log.warn('answer cut short', { path: req.path, reason: error.message })
    res.destroy()
  } else if (error instanceof BadOrder || error.type === 'entity.parse.failed') {
    res.status(400).json({ error: error.message })
  } else if (error instanceof WarehouseError && error.status === 409) {
    res.status(409).json({ error: 'out of stock' })
  } else {
    log.error('request failed', { path: req.path, reason: error.message })
    res.status(502).json({ error: 'the warehouse could not be reached' })
  }
}
