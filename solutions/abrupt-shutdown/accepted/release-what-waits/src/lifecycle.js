import { setTimeout as delay } from 'node:timers/promises'

const STATES = { running: 'closing', closing: 'settling', settling: 'leaving' }

/** running → closing → settling → leaving, each state entered once; the deadline leaves from any of them. */
export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  let phase = 'running'
  const advance = (from) => {
    if (phase !== from) throw new Error(`not ${from} but ${phase}`)
    phase = STATES[from]
    log.info('lifecycle', { phase })
  }

  const leave = async (signal) => {
    if (phase !== 'running') return
    advance('running')
    state.ready = false
    setTimeout(() => process.kill(process.pid, 'SIGKILL'), graceMs)
    const settled = confirmations.stop()
    const closed = new Promise((resolve) => server.close(resolve))
    while ((await Promise.race([closed.then(() => 'closed'), delay(25)])) !== 'closed') server.closeIdleConnections()
    advance('closing')
    await settled
    await confirmations.stop()
    await warehouse.close()
    advance('settling')
    process.removeAllListeners(signal)
    process.kill(process.pid, signal)
  }

  process.on('SIGTERM', leave)
  process.on('SIGINT', leave)
}
