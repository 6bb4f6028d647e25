import { setTimeout as sleep } from 'node:timers/promises'
import stoppable from 'stoppable'

/** How long a client connection that we have closed may take to be closed by its client as well. */
const LINGER_MS = 300
/** From this part of the grace on there is only releasing, so that it has the rest of it for its answers. */
const HURRY_AT = 0.5

const EXIT_GAVE_UP = 1

/**
 * A replica's life as others see it: `starting`, then `ready`, then `stopping`, then gone.
 * It never goes back.
 */
export class Lifecycle {
  #phase = 'starting'
  #log
  #graceMs

  constructor({ log, graceMs }) {
    this.#log = log
    this.#graceMs = graceMs
  }

  get ready() {
    return this.#phase === 'ready'
  }

  get stopping() {
    return this.#phase === 'stopping'
  }

  started() {
    if (this.#phase === 'starting') this.#phase = 'ready'
  }

  /** Has the signals stop `server` and all that works behind it. */
  manage({ server, orders, confirmations, warehouse }) {
    stoppable(server)
    server.on('connection', (socket) => {
      socket.once('finish', () => setTimeout(() => socket.destroy(), LINGER_MS).unref())
    })
    for (const signal of ['SIGTERM', 'SIGINT']) {
      process.on(signal, () => this.#stop(signal, { server, orders, confirmations, warehouse }))
    }
  }

  async #stop(signal, { server, orders, confirmations, warehouse }) {
    if (this.stopping) return
    this.#phase = 'stopping'
    this.#log.info('stopping', { signal, uptimeS: Math.round(process.uptime()) })
    setTimeout(() => this.#giveUp({ orders, confirmations }), this.#graceMs)
    setTimeout(() => confirmations.hurry(), this.#graceMs * HURRY_AT)

    // Each step is the last source of work for the next one; the order matters.
    await new Promise((resolve) => server.stop(resolve)) // no more requests, and those under way are answered
    await until(() => orders.placing === 0) //              no more reservations, even for clients that have gone
    await until(() => confirmations.pending === 0) //       every reservation confirmed or released
    await warehouse.close() //                              and nobody left to talk to

    this.#log.info('stopped')
    process.exit(0)
  }

  #giveUp({ orders, confirmations }) {
    this.#log.error('gave up', { placing: orders.placing, unsettled: confirmations.pending })
    process.exit(EXIT_GAVE_UP)
  }
}

async function until(done) {
  while (!done()) await sleep(10)
}
