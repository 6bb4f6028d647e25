import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http'
import type { Socket } from 'node:net'
import type { Worklist } from './worklist.ts'

type State = 'not yet open' | 'open' | 'closed'
type Exchange = { res: ServerResponse, done: () => void }

const REFUSAL = JSON.stringify({ error: 'this instance is stopping' })
/** How long a client may take to close its side of a connection that we have closed. */
const LINGER_MS = 250

/** The clients' connections, and what is being answered on each of them. */
export class Frontdoor {
  #state: State = 'not yet open'
  #work: Worklist
  #server: Server | undefined
  #connections: Map<Socket, Set<Exchange>> = new Map()

  constructor({ work }: { work: Worklist }) {
    this.#work = work
  }

  get ready(): boolean {
    return this.#state === 'open'
  }

  open(): void {
    if (this.#state === 'not yet open') this.#state = 'open'
  }

  watch(server: Server): void {
    this.#server = server
    server.on('connection', (socket: Socket) => {
      const exchanges: Set<Exchange> = new Set()
      this.#connections.set(socket, exchanges)
      socket.once('close', () => {
        this.#connections.delete(socket)
        for (const { done } of exchanges) done()
      })
      if (this.#state === 'closed') this.#hangUp(socket)
    })
  }

  /** The listener to give to the server: `listener` sees only what began while the door was not closed. */
  guard(listener: RequestListener): RequestListener {
    return (req, res) => {
      if (this.#state === 'closed') return refuse(res)
      this.#track(req, res)
      listener(req, res)
    }
  }

  /** Lets nothing new in. What is inside is answered, and its connection closed after that. */
  close(): void {
    this.#state = 'closed'
    this.#server?.close()
    for (const [socket, exchanges] of this.#connections) {
      // Where a client has sent several requests ahead, each of them is answered: only the last answer says close.
      const last = [...exchanges].at(-1)
      if (!last) this.#hangUp(socket)
      else if (!last.res.headersSent) last.res.setHeader('Connection', 'close')
    }
  }

  /** Resolves when the clients have closed their sides too, or have had the time to. */
  async closed(): Promise<void> {
    const until = Date.now() + LINGER_MS
    while (this.#connections.size > 0 && Date.now() < until) {
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  }

  #track({ socket }: IncomingMessage, res: ServerResponse): void {
    const exchanges = this.#connections.get(socket)
    if (!exchanges) return
    const exchange: Exchange = { res, done: this.#work.begin('request') }
    exchanges.add(exchange)
    res.once('close', () => {
      exchanges.delete(exchange)
      if (this.#state === 'closed' && exchanges.size === 0) this.#hangUp(socket)
      exchange.done()
    })
  }

  /** Says goodbye, so that the client knows it got all there was; the connection is gone when it says so too. */
  #hangUp(socket: Socket): void {
    socket.end()
    setTimeout(() => socket.destroy(), LINGER_MS).unref()
  }
}

function refuse(res: ServerResponse): void {
  res.writeHead(503, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(REFUSAL),
    connection: 'close'
  })
  res.end(REFUSAL)
}
