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

    const startedAt = performance.now();
    const { snapshot, rows } = await feed.open(account);
    log.info({ account, snapshot, rows }, 'export started');

    const left = new AbortController();
    res.once('close', () => left.abort());

    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);
    res.write(headerLine);

    let sent = 0;
    try {
      for await (const postings of feed.pages(snapshot)) {
        left.signal.throwIfAborted();
        if (!res.write(postings.map(toLine).join(''))) await once(res, 'drain', { signal: left.signal });
        sent += postings.length;
      }
      if (sent !== rows) throw new FeedError(`snapshot ${snapshot} listed ${sent} of ${rows} postings`);
      res.end();
      log.info({ account, snapshot, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account, snapshot, sent }, 'export broken off');
      res.destroy();
    } finally {
      await release(snapshot);
    }
  });

  async function release(snapshot) {
    try {
      await feed.release(snapshot);
    } catch (error) {
      log.warn({ err: error, snapshot }, 'snapshot not released');
    }
  }

  return router;
}
