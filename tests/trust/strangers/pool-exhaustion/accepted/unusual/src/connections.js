import pg from 'pg';

const OPENING_MS = 3000;
const CLOSING_MS = 1000;
const PAUSE_MS = 100;
const TOO_MANY_CONNECTIONS = '53300';

/** No connection was to be had in time. */
export class NoConnection extends Error {
  name = 'NoConnection';
}

/**
 * At most `max` connections, lent to one borrower at a time, in the order in which they asked.
 *
 * What is counted is sockets, from before they are opened until after they are closed: opening, lent, idle and closing ones. So the
 * database never has more sessions of ours than `max`, whatever becomes of them. A borrower waits for *a* connection, not for one that
 * is being opened for it: whichever is free first serves whoever waits longest.
 */
export class Connections {
  #open = 0;
  #opening = 0;
  #idle = []; // the one that was used last is last
  #idleTimers = new Map();
  #waiting = new Set(); // in the order of arrival
  #unusable = new WeakSet();
  #closing = new WeakSet();
  #paused = false;
  #settings;

  constructor({ connectionString, applicationName, max, waitMs, idleMs, onTrouble }) {
    this.#settings = { connectionString, applicationName, max, waitMs, idleMs, onTrouble };
  }

  /** Resolves with a connection, to be given back; with null where the borrower, whose signal `left` is, went away before. */
  borrow(left) {
    if (left?.aborted) return Promise.resolve(null);
    return new Promise((resolve, reject) => {
      const turn = {
        serve: (client) => done(() => resolve(client)),
        refuse: (error) => done(() => reject(error)),
      };
      const goAway = () => turn.serve(null);
      const timer = setTimeout(() => turn.refuse(new NoConnection('none came free in time')), this.#settings.waitMs);
      const done = (settle) => {
        clearTimeout(timer);
        left?.removeEventListener('abort', goAway);
        this.#waiting.delete(turn);
        settle();
      };
      left?.addEventListener('abort', goAway, { once: true });
      this.#waiting.add(turn);
      this.#serve();
    });
  }

  /** The borrower is done. What is not fit for the next one is closed. */
  giveBack(client) {
    // 'I': outside of any transaction, as of the last answer of the database.
    if (this.#unusable.has(client) || client.getTransactionStatus() !== 'I') this.#close(client);
    else this.#keep(client);
    this.#serve();
  }

  #serve() {
    while (this.#waiting.size > 0 && this.#idle.length > 0) {
      const client = this.#idle.at(-1);
      this.#unkeep(client);
      const [longest] = this.#waiting;
      longest.serve(client);
    }
    while (!this.#paused && this.#opening < this.#waiting.size && this.#open < this.#settings.max) this.#connect();
  }

  #connect() {
    this.#open += 1;
    this.#opening += 1;
    const client = new pg.Client({
      connectionString: this.#settings.connectionString,
      application_name: this.#settings.applicationName,
      connectionTimeoutMillis: OPENING_MS,
      keepAlive: true,
      keepAliveInitialDelayMillis: 10_000,
    });
    // The connection was lost. Its borrower, if it has one, learns of it from its own query.
    client.on('error', (error) => {
      this.#settings.onTrouble(error);
      this.#unusable.add(client);
      if (this.#unkeep(client)) this.#close(client);
    });
    client.once('end', () => {
      this.#open -= 1;
      this.#unusable.add(client);
      this.#closing.add(client);
      this.#unkeep(client);
      this.#serve();
    });
    client.connect().then(
      () => {
        this.#opening -= 1;
        if (this.#unusable.has(client)) this.#close(client);
        else this.#keep(client);
        this.#serve();
      },
      (error) => {
        this.#opening -= 1;
        this.#settings.onTrouble(error);
        this.#close(client);
        this.#couldNotOpen(error);
      },
    );
  }

  #couldNotOpen(error) {
    if (error.code !== TOO_MANY_CONNECTIONS) {
      // The database is away. Whoever waits longest is told, and the next attempt is made for the next one.
      const [longest] = this.#waiting;
      longest?.refuse(new NoConnection('none can be opened', { cause: error }));
      return;
    }
    // The database is there, but somebody else has the connections: wait, for theirs or for ours.
    if (this.#paused) return;
    this.#paused = true;
    setTimeout(() => {
      this.#paused = false;
      this.#serve();
    }, PAUSE_MS);
  }

  #keep(client) {
    this.#idle.push(client);
    const { idleMs } = this.#settings;
    if (idleMs === 0) return;
    const timer = setTimeout(() => {
      this.#unkeep(client);
      this.#close(client);
    }, idleMs);
    this.#idleTimers.set(client, timer);
  }

  /** Whether it was an idle one. */
  #unkeep(client) {
    const index = this.#idle.indexOf(client);
    if (index === -1) return false;
    this.#idle.splice(index, 1);
    clearTimeout(this.#idleTimers.get(client));
    this.#idleTimers.delete(client);
    return true;
  }

  /** Counts until its socket is closed, which is when 'end' is emitted. */
  #close(client) {
    this.#unusable.add(client);
    if (this.#closing.has(client)) return;
    this.#closing.add(client);
    const timer = setTimeout(() => client.connection.stream.destroy(), CLOSING_MS);
    client.once('end', () => clearTimeout(timer));
    client.end().catch(() => {});
  }
}
