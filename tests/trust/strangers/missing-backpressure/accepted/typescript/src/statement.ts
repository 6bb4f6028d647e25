import { Readable } from 'node:stream';

import { headerLine, toLine } from './csv.ts';
import { FeedError } from './feed-client.ts';
import type { FeedClient, Snapshot } from './feed-client.ts';
import type { Log } from './log.ts';

interface Parts {
  feed: FeedClient;
  log: Log;
  opened: Snapshot;
}

/**
 * The CSV file of one snapshot as a stream that is only filled when it is read: a page is fetched when the one before has
 * been taken out, and never more. It ends after exactly the announced number of postings and is destroyed with an error where that
 * cannot be. Whichever way it comes to its end, also when its reader destroys it, the snapshot is released, once.
 */
export class Statement extends Readable {
  readonly snapshot: string;
  readonly rows: number;
  pulled = 0;

  readonly #feed: FeedClient;
  readonly #log: Log;
  readonly #stop = new AbortController();
  #cursor: string | null = '';
  #text: string | null = null;
  #released = false;

  constructor({ feed, log, opened }: Parts) {
    // In bytes: while anything of a page waits in the buffer, the next is not asked for.
    super({ highWaterMark: 1 });
    this.#feed = feed;
    this.#log = log;
    this.snapshot = opened.snapshot;
    this.rows = opened.rows;
  }

  /** Fetches the first page already, so that a feed that fails early does so before anything is promised to a reader. */
  async begin(): Promise<void> {
    this.#text = headerLine + (await this.#nextText());
  }

  _read(): void {
    this.#fill().catch((error: Error) => this.destroy(error));
  }

  _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    this.#stop.abort();
    this.#release();
    callback(error);
  }

  async #fill(): Promise<void> {
    let text = this.#text ?? '';
    this.#text = null;
    while (text === '' && this.#cursor !== null) text = await this.#nextText();
    if (this.destroyed) return;
    if (text !== '') this.push(text);
    else this.push(null);
  }

  async #nextText(): Promise<string> {
    const page = await this.#feed.page(this.snapshot, this.#cursor ?? '', this.#stop.signal);
    const next = page.next ? page.next : null;
    if (next !== null && next === this.#cursor) throw new FeedError(`feed points from a page of ${this.snapshot} to itself`);
    this.#cursor = next;
    this.pulled += page.rows.length;
    if (!(this.pulled <= this.rows) || (next === null && this.pulled !== this.rows)) {
      throw new FeedError(`feed listed ${this.pulled} postings of ${this.snapshot}, which holds ${this.rows}`);
    }
    if (next === null) this.#release();
    let text = '';
    for (const posting of page.rows) text += toLine(posting);
    return text;
  }

  #release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#feed.release(this.snapshot).catch((error: Error) => {
      this.#log.warn({ err: error, snapshot: this.snapshot }, 'snapshot not released');
    });
  }
}
