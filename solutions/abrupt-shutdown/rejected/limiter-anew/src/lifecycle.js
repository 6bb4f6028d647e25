/** Stop accepting, finish what was accepted, let go of what is held, leave; and leave anyway after `graceMs`. */
export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  let stopping = false

  async function stop(signal) {
    if (stopping) return
    stopping = true
    state.ready = false
    log.info('stopping', { signal, graceMs, pendingConfirmations: confirmations.pending })
    setTimeout(() => {
      log.error('grace exceeded', { pendingConfirmations: confirmations.pending })
      process.exit(1)
    }, graceMs)

    confirmations.largestFirst()
    const closed = new Promise((resolve) => server.close(resolve))
    // A connection that was busy when the listener closed becomes idle later, and would stay for keepAliveTimeout.
    setInterval(() => server.closeIdleConnections(), 50)
    await closed
    await confirmations.idle()
    await warehouse.close()
    log.info('stopped')
    process.exit(0)
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
