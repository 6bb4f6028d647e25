import { constants } from 'node:os'
import type { Confirmations } from './confirmations.ts'
import type { Frontdoor } from './frontdoor.ts'
import type { Log } from './log.ts'
import type { Warehouse } from './warehouse.ts'
import type { Worklist } from './worklist.ts'

type Signal = 'SIGTERM' | 'SIGINT'
type Parts = {
  log: Log
  work: Worklist
  frontdoor: Frontdoor
  confirmations: Confirmations
  warehouse: Warehouse
  graceMs: number
}

/** npm passes Ctrl-C on to us, and the terminal sends it as well: within this time it is one and the same. */
const SAME_SIGNAL_MS = 1_000
/** The part of the grace in which orders are still confirmed; the rest is for releasing those that had no turn. */
const CONFIRMING_PART = 0.5

/** Leaves in order: nothing new, all that is begun, every reservation settled, connections closed, exit. */
export class Shutdown {
  #parts: Parts
  #since: number | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  request(signal: Signal): void {
    if (this.#since === undefined) {
      this.#since = performance.now()
      void this.#leave(signal)
    } else if (performance.now() - this.#since > SAME_SIGNAL_MS) {
      this.#parts.log.warn('told twice, leaving at once', { signal, left: this.#parts.work.summary() })
      process.exit(128 + constants.signals[signal])
    }
  }

  async #leave(signal: Signal): Promise<void> {
    const { log, work, frontdoor, confirmations, warehouse, graceMs } = this.#parts
    log.info('stopping', { signal, uptimeS: Math.round(process.uptime()), left: work.summary() })

    setTimeout(() => {
      log.error('gave up', { left: work.summary() })
      process.exit(1)
    }, graceMs)
    setTimeout(() => confirmations.releaseTheRest(), graceMs * CONFIRMING_PART)

    frontdoor.close()
    await work.empty()
    await Promise.all([warehouse.close(), frontdoor.closed()])

    log.info('stopped')
    process.exit(0)
  }
}
