/** Where, against all expectation, something still keeps the process alive when it has nothing left to do. */
const BACKSTOP_MS = 500

/**
 * Leaving as a lame duck: from the signal on the door stays open, but everybody new is told 503 at once and
 * can go elsewhere. The process holds on while it owes something to somebody: an answer to a client, a settled
 * reservation to the warehouse. When it owes nothing it closes all it has open, and so ends by itself.
 */
export class Departure {
  #log
  #graceMs
  #leaving = false
  #started = false
  #owed = new Map()
  #answers = new Map()
  #onDebtFree = () => {}

  constructor({ log, graceMs }) {
    this.#log = log
    this.#graceMs = graceMs
  }

  get ready() {
    return this.#started && !this.#leaving
  }

  /** Notes a debt of some kind; returns what settles it, which counts only once. */
  owe(kind) {
    const debt = {}
    this.#owed.set(debt, kind)
    return () => {
      if (this.#owed.delete(debt) && this.#owed.size === 0) this.#onDebtFree()
    }
  }

  /** A request listener that lets `app` see what came before the signal, and its health. */
  doorkeeper(app) {
    return (req, res) => {
      if (this.#leaving && req.url !== '/healthz') return refuse(res)
      if (!this.#leaving) this.#noteAnswer(req.socket, res)
      app(req, res)
    }
  }

  /** Ties it to the server, and to the signals. */
  attend({ server, confirmations, warehouse }) {
    server.on('listening', () => {
      this.#started = true
    })
    server.on('connection', (socket) => {
      const answers = new Set()
      this.#answers.set(socket, answers)
      socket.once('close', () => {
        this.#answers.delete(socket)
        for (const settle of answers) settle()
      })
    })
    const leave = (signal) => this.#leave(signal, { server, confirmations, warehouse })
    process.on('SIGTERM', leave)
    process.on('SIGINT', leave)
  }

  async #leave(signal, { server, confirmations, warehouse }) {
    if (this.#leaving) return // it has been said: a second signal changes nothing
    this.#leaving = true
    const releaseInMs = this.#graceMs - this.#releasingMs(confirmations.slowestMs)
    this.#log.info('stopping', { signal, uptimeS: Math.round(process.uptime()), releaseInMs, ...this.#debts() })

    // None of these timers keeps the process from ending earlier.
    setTimeout(() => {
      this.#log.error('gave up', this.#debts())
      process.exit(1)
    }, this.#graceMs).unref()
    setTimeout(() => confirmations.releaseWaiting(), releaseInMs).unref()

    await new Promise((resolve) => {
      this.#onDebtFree = resolve
      if (this.#owed.size === 0) resolve()
    })
    await warehouse.close() // waits for the calls whose answers nobody waits for any longer
    server.close()
    for (const socket of this.#answers.keys()) socket.destroySoon()

    this.#log.info('stopped')
    process.exitCode = 0
    setTimeout(() => process.exit(0), BACKSTOP_MS).unref()
  }

  /** How much of the grace is kept for releasing what has had no turn: the slower the warehouse was, the more. */
  #releasingMs(slowestMs) {
    return Math.min(Math.max(2 * slowestMs, 0.4 * this.#graceMs), 0.8 * this.#graceMs)
  }

  #noteAnswer(socket, res) {
    const answers = this.#answers.get(socket)
    if (!answers) return // the connection has gone already
    const settle = this.owe('answers')
    answers.add(settle)
    res.once('close', () => {
      answers.delete(settle)
      settle()
    })
  }

  #debts() {
    const debts = {}
    for (const kind of this.#owed.values()) debts[kind] = (debts[kind] ?? 0) + 1
    return debts
  }
}

const REFUSAL = JSON.stringify({ ready: false, error: 'this instance is stopping' })

function refuse(res) {
  res.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(REFUSAL),
    connection: 'close'
  })
  res.end(REFUSAL)
}
