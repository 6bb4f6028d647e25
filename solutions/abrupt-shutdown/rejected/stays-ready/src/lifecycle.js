import { setTimeout as delay } from 'node:timers/promises'

export function onStop({ log, state, confirmations, warehouse, graceMs }) {
  state.inFlight = 0

  async function stop(signal) {
    if (state.stopping) return
    state.stopping = true
    log.info('stopping', { signal, inFlight: state.inFlight })
    setTimeout(() => process.exit(1), graceMs)
    while (state.inFlight > 0) await delay(20)
    await confirmations.idle()
    await warehouse.close()
    process.exit(0)
  }

  process.on('SIGTERM', stop)
  process.on('SIGINT', stop)
}
