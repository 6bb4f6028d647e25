import { setTimeout as sleep } from 'node:timers/promises'

const LOOK_MS = 20

/**
 * Leaving, on SIGTERM and SIGINT alike: take nothing new, finish what is under way, see every reservation
 * confirmed or released, close what is open, go. Whatever hangs is given up after `graceMs`.
 */
export function onStop({ log, server, state, orders, confirmations, warehouse, graceMs }) {
  const underWay = new Map() // client connection -> requests that are being served on it

  server.on('connection', (socket) => {
    underWay.set(socket, 0)
    socket.once('close', () => underWay.delete(socket))
  })
  server.prependListener('request', ({ socket }, res) => {
    add(socket, 1)
    res.once('close', () => {
      add(socket, -1)
      if (state.stopping) closeIfIdle(socket)
    })
  })

  const add = (socket, n) => {
    if (underWay.has(socket)) underWay.set(socket, underWay.get(socket) + n)
  }
  // Node.js itself would keep connections that have not sent a thing yet, and those that turn idle later on.
  const closeIfIdle = (socket) => {
    if (underWay.get(socket) === 0) socket.destroySoon()
  }

  const stop = async (signal) => {
    if (state.stopping) return // a second signal changes nothing; npm passes Ctrl-C on, so that we get it twice
    state.stopping = true
    state.ready = false
    log.info('stopping', { signal, uptimeS: Math.round(process.uptime()) })

    setTimeout(() => {
      log.error('gave up', { connections: underWay.size, placing: orders.placing, unsettled: confirmations.pending })
      process.exit(1)
    }, graceMs)
    // Only a few can be confirmed at once. What is still in the queue by then is released while there is time for it.
    setTimeout(() => confirmations.releaseWaiting(), graceMs / 2)

    server.close()
    for (const socket of underWay.keys()) closeIfIdle(socket)

    // An order can outlive its client's connection, and a reservation outlives its order's request.
    while (underWay.size > 0 || orders.placing > 0 || confirmations.pending > 0) await sleep(LOOK_MS)
    await warehouse.close()

    log.info('stopped')
    process.exit(0)
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
