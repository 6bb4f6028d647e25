import { setTimeout as sleep } from 'node:timers/promises';

import type { Posting } from './csv.ts';

export interface Snapshot {
  snapshot: string;
  rows: number;
}

export interface Page {
  rows: Posting[];
  next: string | null;
}

interface Call {
  method: 'GET' | 'POST' | 'DELETE';
  path: string;
  json?: unknown;
  timeoutMs: number;
  signal?: AbortSignal;
}

interface Patience {
  /** How long the call is made again and again, all in all. */
  totalMs: number;
  /** How long one of them may take. */
  eachMs: number;
  pauseMs: number;
  longestPauseMs: number;
}

const OPEN_TIMEOUT_MS = 8_000;
// The contract leaves 10 seconds between a failure and the reader's seeing it.
const FOR_A_PAGE: Patience = { totalMs: 7_500, eachMs: 4_000, pauseMs: 150, longestPauseMs: 900 };
// The contract asks for 5 seconds; a forgotten snapshot costs six hours of storage, so it goes on for longer than that.
const FOR_A_RELEASE: Patience = { totalMs: 60_000, eachMs: 2_500, pauseMs: 150, longestPauseMs: 4_000 };

export class FeedError extends Error {
  readonly status: number | undefined;

  constructor(message: string, details: { status?: number; cause?: unknown } = {}) {
    super(message, { cause: details.cause });
    this.name = 'FeedError';
    this.status = details.status;
  }

  get transient(): boolean {
    return this.status === undefined || this.status >= 500 || this.status === 429 || this.status === 408;
  }
}

/** Client of the ledger feed: a snapshot is opened for one account, listed page by page, and released. */
export class FeedClient {
  readonly #url: string;
  readonly #pageRows: number;

  constructor(url: string, pageRows: number) {
    this.#url = url;
    this.#pageRows = pageRows;
  }

  /** Takes no signal: once asked for, a snapshot has to be waited for, so that it can be released. */
  async open(account: string): Promise<Snapshot> {
    const opened = (await this.#call({
      method: 'POST',
      path: '/snapshots',
      json: { account },
      timeoutMs: OPEN_TIMEOUT_MS,
    })) as Snapshot | null;
    if (!opened?.snapshot) throw new FeedError('feed opened a snapshot without a name');
    return opened;
  }

  async page(snapshot: string, cursor: string, signal: AbortSignal): Promise<Page> {
    const query = new URLSearchParams({ cursor, limit: String(this.#pageRows) });
    const path = `/snapshots/${encodeURIComponent(snapshot)}/rows?${query}`;
    const page = (await this.#patiently(FOR_A_PAGE, signal, (timeoutMs) =>
      this.#call({ method: 'GET', path, timeoutMs, signal }),
    )) as Page | null;
    if (!Array.isArray(page?.rows)) throw new FeedError(`feed sent a page without rows for ${path}`);
    return page as Page;
  }

  async release(snapshot: string): Promise<void> {
    const path = `/snapshots/${encodeURIComponent(snapshot)}`;
    try {
      await this.#patiently(FOR_A_RELEASE, undefined, (timeoutMs) => this.#call({ method: 'DELETE', path, timeoutMs }));
    } catch (error) {
      if (error instanceof FeedError && error.status === 404) return;
      throw error;
    }
  }

  async #patiently<T>(patience: Patience, signal: AbortSignal | undefined, call: (timeoutMs: number) => Promise<T>): Promise<T> {
    const end = performance.now() + patience.totalMs;
    let pause = patience.pauseMs;
    for (;;) {
      try {
        return await call(Math.max(1, Math.min(patience.eachMs, end - performance.now())));
      } catch (error) {
        signal?.throwIfAborted();
        if (!(error instanceof FeedError) || !error.transient || performance.now() + pause >= end) throw error;
      }
      await sleep(pause, undefined, { signal });
      pause = Math.min(pause * 2, patience.longestPauseMs);
    }
  }

  async #call({ method, path, json, timeoutMs, signal }: Call): Promise<unknown> {
    signal?.throwIfAborted();
    const aborter = new AbortController();
    const timer = setTimeout(() => aborter.abort(new Error(`nothing came within ${Math.round(timeoutMs)} ms`)), timeoutMs);
    const giveUp = () => aborter.abort(signal?.reason);
    signal?.addEventListener('abort', giveUp, { once: true });
    try {
      const init: RequestInit = { method, signal: aborter.signal };
      if (json !== undefined) {
        init.headers = { 'content-type': 'application/json' };
        init.body = JSON.stringify(json);
      }
      const response = await fetch(new URL(path, this.#url), init);
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedError(`feed answered ${response.status} to ${method} ${path}`, { status: response.status });
      }
      return response.status === 204 ? null : await response.json();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof FeedError) throw error;
      throw new FeedError(`feed did not answer ${method} ${path}: ${(error as Error).message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', giveUp);
    }
  }
}
