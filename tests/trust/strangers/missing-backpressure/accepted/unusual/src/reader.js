const PIECE_BYTES = 64 * 1024;
/** A reader may pause for a long time, but one that takes not a byte for half an hour does not hold a snapshot any longer. */
const STALLED_MS = 30 * 60_000;

/** The one at the other end of a response. What is written to it is in the hands of the kernel before more is accepted. */
export class Reader {
  #res;
  #left = new AbortController();

  constructor(res) {
    this.#res = res;
    res.on('error', () => {});
    res.once('close', () => this.#left.abort(new Error('the reader has left')));
    if (res.destroyed) this.#left.abort(new Error('the reader has left'));
  }

  /** Aborted when the connection is gone (or the whole answer has gone out, when nobody looks any more). */
  get left() {
    return this.#left.signal;
  }

  /** Resolves when the text has left this process. */
  async write(text) {
    const bytes = Buffer.from(text, 'utf8');
    for (let at = 0; at < bytes.length; at += PIECE_BYTES) {
      await this.#writePiece(bytes.subarray(at, at + PIECE_BYTES));
    }
  }

  #writePiece(piece) {
    this.left.throwIfAborted();
    return new Promise((resolve, reject) => {
      const settle = (error) => {
        clearTimeout(timer);
        this.left.removeEventListener('abort', onLeft);
        if (error) reject(error);
        else resolve();
      };
      const onLeft = () => settle(this.left.reason);
      const timer = setTimeout(() => settle(new Error('the reader has not read for too long')), STALLED_MS);
      this.left.addEventListener('abort', onLeft, { once: true });
      this.#res.write(piece, settle);
    });
  }

  /** Resolves when the last chunk has left this process. */
  end() {
    return new Promise((resolve, reject) => {
      this.left.addEventListener('abort', () => reject(this.left.reason), { once: true });
      this.left.throwIfAborted();
      this.#res.end(resolve);
    });
  }

  /**
   * Breaks the connection off, as rudely as TCP can: what still waits in the kernel's buffer is not delivered at the
   * reader's pace first, and a reader without chunks (HTTP/1.0) does not take a plain end of the connection for the end of the file.
   */
  breakOff() {
    const { socket } = this.#res;
    if (socket && !socket.destroyed && !socket.writableEnded) socket.resetAndDestroy();
    this.#res.destroy();
  }
}
