import pRetry from 'p-retry';

import { FeedError } from './errors.js';
import { createExchange } from './http.js';

export { FeedError };

const OPEN_TIMEOUT_MS = 8_000;

// No try begins later than 5.5 s after the first, and none takes longer than 3 s: a page is given up after 8.5 s at the latest.
const PAGE_TIMEOUT_MS = 3_000;
const PAGE_RETRY = { retries: 12, minTimeout: 100, maxTimeout: 800, factor: 2, randomize: true, maxRetryTime: 5_500 };

const RELEASE_TIMEOUT_MS = 2_000;
const RELEASE_RETRY = { retries: 10, minTimeout: 100, maxTimeout: 5_000, factor: 2 };

const TRANSIENT = new Set([408, 425, 429, 500, 502, 503, 504]);

function mayPass({ error }) {
  return error instanceof FeedError && (error.status === undefined || TRANSIENT.has(error.status));
}

/** The ledger's feed: `open` a snapshot of an account, read it `page` by page, `release` it. */
export function createFeed({ url, pageRows }) {
  const exchange = createExchange(url);
  const pathOf = (snapshot) => `/snapshots/${encodeURIComponent(snapshot)}`;

  return {
    /** Neither repeated nor given up: either could leave a snapshot behind that nobody knows of. */
    async open(account) {
      const opened = await exchange({
        method: 'POST',
        path: '/snapshots',
        json: { account },
        timeoutMs: OPEN_TIMEOUT_MS,
      });
      if (!opened?.snapshot) throw new FeedError('feed answered without a snapshot');
      return opened;
    },

    page(snapshot, cursor, signal) {
      const query = new URLSearchParams({ cursor, limit: String(pageRows) });
      const path = `${pathOf(snapshot)}/rows?${query}`;
      const ask = async () => {
        const page = await exchange({ method: 'GET', path, signal, timeoutMs: PAGE_TIMEOUT_MS });
        if (!Array.isArray(page?.rows)) throw new FeedError(`feed answered without rows to GET ${path}`);
        return page;
      };
      return pRetry(ask, { ...PAGE_RETRY, signal, shouldRetry: mayPass });
    },

    async release(snapshot) {
      const ask = () => exchange({ method: 'DELETE', path: pathOf(snapshot), timeoutMs: RELEASE_TIMEOUT_MS });
      try {
        await pRetry(ask, { ...RELEASE_RETRY, shouldRetry: mayPass });
      } catch (error) {
        if (error.status !== 404) throw error; // 404: released by a try whose answer was lost
      }
    },
  };
}
