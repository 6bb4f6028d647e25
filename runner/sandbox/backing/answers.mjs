// What a PostgreSQL server says on one connection, counted as it passes: bytes, and the statements that failed, which
// its own books (pg_stat_statements) leave out. The protocol is one byte of type and four of length, from the first
// answer about the password on; before it there may be single bytes that say no to encryption.

const HEAD_BYTES = 5;
const AUTHENTICATION = 0x52; // R
const ERROR = 0x45; // E
const READY = 0x5a; // Z
const NOTHING = Buffer.alloc(0);

export class Answers {
  #tally;
  #head = NOTHING;
  #left = 0; // bytes of a message whose head was read
  #isBegun = false;
  #isReady = false;

  constructor(tally) {
    this.#tally = tally;
  }

  take(chunk) {
    this.#tally.bytes += chunk.length;
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
      } else if (!this.#isBegun && chunk[at] !== AUTHENTICATION && chunk[at] !== ERROR && !this.#head.length) {
        at += 1;
      } else {
        const step = Math.min(HEAD_BYTES - this.#head.length, chunk.length - at);
        this.#head = Buffer.concat([this.#head, chunk.subarray(at, at + step)]);
        at += step;
        if (this.#head.length === HEAD_BYTES) this.#begin();
      }
    }
  }

  #begin() {
    const type = this.#head[0];
    this.#isBegun = true;
    this.#left = Math.max(0, this.#head.readUInt32BE(1) - 4);
    this.#head = NOTHING;
    if (type === READY) this.#isReady = true;
    if (type === ERROR && this.#isReady) this.#tally.failed += 1;
  }
}
