import { setTimeout as delay } from 'node:timers/promises'
import { createTerminus } from '@godaddy/terminus'

export function onStop({ log, state, server, confirmations, warehouse, graceMs }) {
  let deadlineMs = 0
  const release = async () => {
    await confirmations.idle()
    await warehouse.close()
  }

  createTerminus(server, {
    signals: ['SIGTERM', 'SIGINT'],
    timeout: graceMs,
    healthChecks: { '/readyz': async () => ({ ready: state.ready }) },
    beforeShutdown: async () => {
      deadlineMs = performance.now() + graceMs
    },
    // What the requests have left of the grace; another half of it would be beyond what the platform waits.
    onSignal: () => Promise.race([release(), delay(Math.max(0, deadlineMs - performance.now()))]),
    onShutdown: async () => log.info('stopped'),
    logger: (message, error) => log.error(message, { reason: error?.message })
  })
}
