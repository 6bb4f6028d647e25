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

    try {
      const chunks = [Buffer.from(headerLine)];
      let sent = 0;
      for await (const postings of feed.pages(snapshot)) {
        chunks.push(Buffer.from(postings.map(toLine).join('')));
        sent += postings.length;
      }
      if (sent !== rows) throw new FeedError(`snapshot ${snapshot} listed ${sent} of ${rows} postings`);
      res.set('content-type', 'text/csv; charset=utf-8');
      res.set('content-disposition', `attachment; filename="${account}.csv"`);
      res.end(Buffer.concat(chunks));
      log.info({ account, snapshot, ms: Math.round(performance.now() - startedAt) }, 'export finished');
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
