import { setTimeout as delay } from 'node:timers/promises'
import { createTerminus } from '@godaddy/terminus'

export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  const release = async () => {
    await confirmations.idle()
    await warehouse.close()
  }

  createTerminus(server, {
    signals: ['SIGTERM', 'SIGINT'],
    timeout: graceMs,
    healthChecks: { '/readyz': async () => ({ ready: state.ready }) },
    onSignal: () => Promise.race([release(), delay(graceMs / 2)]),
    onShutdown: async () => log.info('stopped'),
    logger: (message, error) => log.error(message, { reason: error?.message })
  })
}
