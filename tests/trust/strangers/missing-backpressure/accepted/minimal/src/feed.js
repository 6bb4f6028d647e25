import { setTimeout as sleep } from 'node:timers/promises';

const CALL_TIMEOUT_MS = 3_500;
const OPEN_TIMEOUT_MS = 8_000;
/** So long a page is asked for again. A reader has to hear of a failure within 10 seconds. */
const PAGE_PATIENCE_MS = 7_000;
const RELEASE_PATIENCE_MS = 30_000;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

export class FeedError extends Error {
  constructor(message, { status, cause } = {}) {
    super(message, { cause });
    this.name = 'FeedError';
    this.status = status;
  }

  /** Whether asking again is of no use: the feed has understood and does not want. */
  get isFinal() {
    return this.status >= 400 && this.status < 500 && this.status !== 408 && this.status !== 429;
  }
}

/** Client of the ledger feed: a snapshot is opened for one account, listed page by page, and released. */
export function createFeed({ url, pageRows }) {
  /** One request. `signal` gives it up early; it rejects with the signal's reason then, and with a FeedError otherwise. */
  async function call(method, path, { body, signal, timeoutMs = CALL_TIMEOUT_MS } = {}) {
    signal?.throwIfAborted();
    const controller = new AbortController();
    const onAbort = () => controller.abort(signal.reason);
    const timer = setTimeout(() => controller.abort(new Error(`no answer within ${Math.round(timeoutMs)} ms`)), timeoutMs);
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: body ? { 'content-type': 'application/json' } : {},
        body: body ? JSON.stringify(body) : undefined,
        signal: controller.signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedError(`feed answered ${response.status} to ${method} ${path}`, { status: response.status });
      }
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof FeedError) throw error;
      throw new FeedError(`feed failed at ${method} ${path}: ${error.message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
  }

  /** For calls that may be made any number of times. */
  async function callAgain(method, path, { signal, patienceMs }) {
    const giveUpAt = performance.now() + patienceMs;
    for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      try {
        const timeoutMs = Math.min(CALL_TIMEOUT_MS, giveUpAt - performance.now());
        return await call(method, path, { signal, timeoutMs });
      } catch (error) {
        signal?.throwIfAborted();
        if (error.isFinal || performance.now() + pause >= giveUpAt) throw error;
      }
      await sleep(pause, undefined, { signal });
    }
  }

  return {
    /**
     * Opens a snapshot: `{ snapshot, rows }`, where `rows` is how many postings it holds. Cannot be given up half-way: the
     * feed might have opened the snapshot by then, and nobody would release it.
     */
    async open(account) {
      const opened = await call('POST', '/snapshots', { body: { account }, timeoutMs: OPEN_TIMEOUT_MS });
      if (typeof opened?.snapshot !== 'string' || opened.snapshot === '') throw new FeedError('feed opened no snapshot');
      return opened;
    },

    /** The postings, page by page; at least one page, which may be empty. A page is asked for when the one before is done with. */
    async *pages(snapshot, signal) {
      let cursor = '';
      do {
        const query = new URLSearchParams({ cursor, limit: String(pageRows) });
        const path = `/snapshots/${encodeURIComponent(snapshot)}/rows?${query}`;
        const page = await callAgain('GET', path, { signal, patienceMs: PAGE_PATIENCE_MS });
        if (!Array.isArray(page?.rows)) throw new FeedError(`feed sent no rows for GET ${path}`);
        if (page.next && page.next === cursor) throw new FeedError(`feed does not get on after GET ${path}`);
        yield page.rows;
        cursor = page.next;
      } while (cursor);
    },

    async release(snapshot) {
      try {
        await callAgain('DELETE', `/snapshots/${encodeURIComponent(snapshot)}`, { patienceMs: RELEASE_PATIENCE_MS });
      } catch (error) {
        if (error.status === 404 || error.status === 410) return; // an earlier try got through
        throw error;
      }
    },
  };
}
