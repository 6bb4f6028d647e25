import pRetry from 'p-retry';

export interface Posting {
  id: number;
  booked: string;
  kind: string;
  amount: string;
  currency: string;
  record: string | null;
}

export interface Opened {
  snapshot: string;
  rows: number;
}

interface Page {
  rows: Posting[];
  next: string | null;
}

export interface Feed {
  open(account: string): Promise<Opened>;
  pages(opened: Opened): AsyncGenerator<Posting[], void, undefined>;
  release(snapshot: string): Promise<void>;
}

export class FeedError extends Error {
  override name = 'FeedError';
}

export function createFeed(url: string, pageRows: number): Feed {
  async function call(method: string, path: string, body?: object): Promise<unknown> {
    try {
      const response = await fetch(new URL(path, url), {
        method,
        headers: body ? { 'content-type': 'application/json' } : {},
        body: body ? JSON.stringify(body) : null,
        signal: AbortSignal.timeout(5_000),
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedError(`feed answered ${response.status}`);
      }
      return response.status === 204 ? undefined : await response.json();
    } catch (error) {
      throw error instanceof FeedError ? error : new FeedError(`feed failed on ${method} ${path}`, { cause: error });
    }
  }

  return {
    async open(account) {
      return (await call('POST', '/snapshots', { account })) as Opened;
    },

    async *pages({ snapshot, rows }) {
      let cursor: string | null = '';
      let listed = 0;
      while (cursor !== null) {
        const query = new URLSearchParams({ cursor, limit: String(pageRows) });
        const page = (await pRetry(() => call('GET', `/snapshots/${snapshot}/rows?${query}`), {
          retries: 2,
          minTimeout: 50,
        })) as Page;
        yield page.rows;
        listed += page.rows.length;
        cursor = page.next;
      }
      if (listed !== rows) throw new FeedError(`snapshot ${snapshot} listed ${listed} of ${rows} postings`);
    },

    async release(snapshot) {
      await call('DELETE', `/snapshots/${snapshot}`);
    },
  };
}
