import { FeedError } from './errors.js';

/**
 * One exchange with the feed, answer included, in at most `timeoutMs`. Whatever goes wrong comes out as a FeedError; giving
 * it up through `signal` comes out as the signal's reason. In both cases the connection is let go.
 */
export function createExchange(baseUrl) {
  return async function exchange({ method, path, json, signal, timeoutMs }) {
    signal?.throwIfAborted();
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(new Error(`nothing within ${timeoutMs} ms`)), timeoutMs);
    const onLeft = () => stop.abort(signal.reason);
    signal?.addEventListener('abort', onLeft, { once: true });

    try {
      const response = await fetch(new URL(path, baseUrl), {
        method,
        headers: json === undefined ? {} : { 'content-type': 'application/json' },
        body: json === undefined ? undefined : JSON.stringify(json),
        signal: stop.signal,
      });
      if (!response.ok) {
        await response.body?.cancel();
        throw new FeedError(`feed answered ${response.status} to ${method} ${path}`, { status: response.status });
      }
      if (response.status === 204) return null;
      return await response.json();
    } catch (error) {
      signal?.throwIfAborted();
      if (error instanceof FeedError) throw error;
      throw new FeedError(`no answer from the feed to ${method} ${path}: ${error.message}`, { cause: error });
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onLeft);
    }
  };
}
