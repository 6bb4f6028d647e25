import stoppable from 'stoppable'

export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  stoppable(server, graceMs)

  const stop = (signal) => {
    process.removeListener('SIGTERM', stop)
    process.removeListener('SIGINT', stop)
    state.ready = false
    log.info('stopping', { signal })
    setTimeout(() => process.exit(1), graceMs).unref()
    server.stop(async () => {
      await confirmations.idle()
      await warehouse.close()
      process.exit(0)
    })
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
