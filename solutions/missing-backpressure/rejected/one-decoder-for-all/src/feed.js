const CALL_TIMEOUT_MS = 10_000;
/** A page is about 256 KiB. An answer that goes on and on is not taken into memory to its end. */
const MOST_BYTES = 16 * 1024 * 1024;

const utf8 = new TextDecoder();

export class FeedError extends Error {
  constructor(message, { status, cause } = {}) {
    super(message, { cause });
    this.name = 'FeedError';
    this.status = status;
  }
}

/** The body as JSON. Parts end anywhere, also within a character: what is not whole yet is decoded with the next part. */
async function jsonOf(response) {
  let text = '';
  let bytes = 0;
  for await (const part of response.body) {
    bytes += part.byteLength;
    if (bytes > MOST_BYTES) throw new FeedError(`feed sent more than ${MOST_BYTES} bytes in one answer`);
    text += utf8.decode(part, { stream: true });
  }
  return JSON.parse(text);
}

/** Client of the ledger feed: a snapshot is opened for one account, listed page by page, and released. */
export function createFeed({ url, pageRows }) {
  async function call(method, path, body) {
    const response = await fetch(new URL(path, url), {
      method,
      headers: body ? { 'content-type': 'application/json' } : {},
      body: body ? JSON.stringify(body) : undefined,
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
    });
    if (!response.ok) {
      await response.body?.cancel();
      throw new FeedError(`feed answered ${response.status} to ${method} ${path}`, { status: response.status });
    }
    return response.status === 204 ? null : jsonOf(response);
  }

  return {
    /** Opens a snapshot: `{ snapshot, rows }`, where `rows` is how many postings it holds. */
    open(account) {
      return call('POST', '/snapshots', { account });
    },

    async *pages(snapshot) {
      let cursor = '';
      do {
        const query = new URLSearchParams({ cursor, limit: String(pageRows) });
        const page = await call('GET', `/snapshots/${snapshot}/rows?${query}`);
        yield page.rows;
        cursor = page.next;
      } while (cursor);
    },

    release(snapshot) {
      return call('DELETE', `/snapshots/${snapshot}`);
    },
  };
}
