import { once } from 'node:events';
import { Router } from 'express';
import { headerLine, toLine } from './csv.js';
import { FeedError } from './feed.js';

const ACCOUNT = /^[A-Za-z0-9-]{4,40}$/;

export function statements({ feed, log }) {
  const router = Router();

  router.get('/accounts/:account/postings.csv', async (req, res) => {
    const { account } = req.params;
    if (!ACCOUNT.test(account)) {
      res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
      return;
    }

    const left = new AbortController();
    res.on('close', () => left.abort());
    res.on('error', () => {}); // 'close' follows, and says all there is to say

    const startedAt = performance.now();
    const { snapshot, rows } = await feed.open(account);
    log.info({ account, snapshot, rows }, 'export started');

    let sent = 0;
    try {
      if (req.method === 'HEAD') {
        begin(res, account).end();
        return;
      }
      for await (const postings of feed.pages(snapshot, left.signal)) {
        if (sent + postings.length > rows) throw new FeedError(`feed listed more than the ${rows} postings of ${snapshot}`);
        const lines = postings.map(toLine).join('');
        // The body begins with the first page, so that a feed that fails before has a status code of its own.
        await write(res.headersSent ? lines : headerLine + lines, res, account, left.signal);
        sent += postings.length;
      }
      if (sent !== rows) throw new FeedError(`feed listed ${sent} of the ${rows} postings of ${snapshot}`);
      res.once('finish', () => {
        const ms = Math.round(performance.now() - startedAt);
        log.info({ account, snapshot, sent, ms }, 'export finished');
      });
      res.end();
    } catch (error) {
      if (left.signal.aborted) {
        log.info({ account, snapshot, sent }, 'reader left');
        return;
      }
      log.error({ err: error, account, snapshot, sent }, 'export failed');
      if (!res.headersSent) throw error;
      res.destroy(); // no last chunk: the reader sees that the file is not whole
    } finally {
      release(snapshot);
    }
  });

  function begin(res, account) {
    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);
    return res;
  }

  /** Resolves when the reader has taken what was written; rejects when it leaves instead. */
  async function write(text, res, account, signal) {
    signal.throwIfAborted();
    if (!res.headersSent) begin(res, account);
    if (text !== '' && !res.write(text)) await once(res, 'drain', { signal });
  }

  async function release(snapshot) {
    try {
      await feed.release(snapshot);
    } catch (error) {
      log.warn({ err: error, snapshot }, 'snapshot not released');
    }
  }

  return router;
}
