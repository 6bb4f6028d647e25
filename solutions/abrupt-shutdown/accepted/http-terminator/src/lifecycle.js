import { setTimeout as delay } from 'node:timers/promises'
import { createHttpTerminator } from 'http-terminator'

export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  const terminator = createHttpTerminator({ server, gracefulTerminationTimeout: graceMs })
  let stopped = null

  const drain = async () => {
    await terminator.terminate()
    await confirmations.idle()
    await warehouse.close()
    return 'drained'
  }

  const stop = async (signal) => {
    state.ready = false
    log.info('stopping', { signal })
    const outcome = await Promise.race([drain(), delay(graceMs, 'grace exceeded')])
    log.info('stopped', { outcome })
    process.exit(outcome === 'drained' ? 0 : 1)
  }

  for (const signal of ['SIGTERM', 'SIGINT']) process.on(signal, () => (stopped ??= stop(signal)))
}
