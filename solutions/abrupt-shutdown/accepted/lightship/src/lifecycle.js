import { createLightship } from 'lightship'

/** lightship owns the signals and the deadline; the server, the queue and the pool are drained in its handler. */
export async function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  const lightship = await createLightship({
    shutdownDelay: 0,
    gracefulShutdownTimeout: graceMs,
    shutdownHandlerTimeout: graceMs
  })
  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (state.ready = false))

  lightship.registerShutdownHandler(async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    setInterval(() => server.closeIdleConnections(), 50)
    await closed
    await confirmations.idle()
    await warehouse.close()
    log.info('stopped')
    process.exit(0)
  })
  lightship.signalReady()
}
