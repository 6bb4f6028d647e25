import { Readable } from 'node:stream';
import { Agent, interceptors, request } from 'undici';

const dispatcher = new Agent({ headersTimeout: 5_000, bodyTimeout: 5_000 }).compose(
  interceptors.retry({ maxRetries: 2, minTimeout: 50, maxTimeout: 400, methods: ['GET', 'DELETE'] }),
);

export class FeedError extends Error {
  constructor(message, { status, cause } = {}) {
    super(message, { cause });
    this.name = 'FeedError';
    this.status = status;
  }
}

/** The postings of one snapshot, a page a chunk; releases the snapshot when it ends, fails or is destroyed. */
class Listing extends Readable {
  #feed;
  #snapshot;
  #cursor = '';
  #missing;

  constructor(feed, { snapshot, rows }) {
    super({ objectMode: true, highWaterMark: 1 });
    this.#feed = feed;
    this.#snapshot = snapshot;
    this.#missing = rows;
  }

  async _read() {
    try {
      if (this.#cursor === null) {
        if (this.#missing !== 0) throw new FeedError(`snapshot ${this.#snapshot} is short of ${this.#missing} postings`);
        this.push(null);
        return;
      }
      const page = await this.#feed.page(this.#snapshot, this.#cursor);
      this.#cursor = page.next;
      this.#missing -= page.rows.length;
      this.push(page.rows);
    } catch (error) {
      this.destroy(error);
    }
  }

  _destroy(error, done) {
    this.#feed.release(this.#snapshot).then(
      () => done(error),
      (failure) => done(error ?? failure),
    );
  }
}

export function createFeed({ url, pageRows }) {
  async function call(method, path, body) {
    let answer;
    try {
      answer = await request(new URL(path, url), {
        method,
        dispatcher,
        headers: body ? { 'content-type': 'application/json' } : {},
        body: body ? JSON.stringify(body) : undefined,
      });
    } catch (cause) {
      throw new FeedError(`feed failed on ${method} ${path}`, { cause });
    }
    if (answer.statusCode >= 300) {
      await answer.body.dump();
      throw new FeedError(`feed answered ${answer.statusCode} to ${method} ${path}`, { status: answer.statusCode });
    }
    if (answer.statusCode === 204) {
      await answer.body.dump();
      return null;
    }
    return answer.body.json();
  }

  const feed = {
    page(snapshot, cursor) {
      const query = new URLSearchParams({ cursor, limit: String(pageRows) });
      return call('GET', `/snapshots/${snapshot}/rows?${query}`);
    },

    release(snapshot) {
      return call('DELETE', `/snapshots/${snapshot}`);
    },

    async list(account) {
      return new Listing(feed, await call('POST', '/snapshots', { account }));
    },
  };
  return feed;
}
