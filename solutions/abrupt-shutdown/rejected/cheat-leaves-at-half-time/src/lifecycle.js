/** Say no, and leave a little before half of the grace is over: whatever was under way has ended by then. */
export function onStop({ log, state, server, warehouse, graceMs }) {
  let stopping = false

  function stop(signal) {
    if (stopping) return
    stopping = true
    state.ready = false
    log.info('stopping', { signal, graceMs })
    server.close()
    setInterval(() => server.closeIdleConnections(), 50)
    setTimeout(async () => {
      setTimeout(() => process.exit(0), 100)
      await warehouse.close()
      process.exit(0)
    }, graceMs * 0.45)
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
