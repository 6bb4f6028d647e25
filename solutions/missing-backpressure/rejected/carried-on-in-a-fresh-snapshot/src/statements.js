import { pipeline } from 'node:stream/promises';
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
    const listing = await feed.open(account);
    log.info({ account, ...listing }, 'export started');

    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);

    try {
      await pipeline(linesOf(account, listing), res);
      log.info({ account, ...listing, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account, ...listing }, 'export broken off');
    } finally {
      await release(listing.snapshot);
    }
  });

  /** LEDG-2231: a listing that a failover ended early goes on in a fresh snapshot, behind what the reader has; once. */
  async function* linesOf(account, listing) {
    let sent = 0;
    yield headerLine;
    for (let renewed = false; ; renewed = true) {
      let listed = 0;
      for await (const postings of feed.pages(listing.snapshot)) {
        const unsent = postings.slice(Math.max(0, sent - listed));
        listed += postings.length;
        for (const posting of unsent) yield toLine(posting);
        sent += unsent.length;
      }
      if (listed === listing.rows) return;
      if (renewed) throw new FeedError(`${listing.snapshot} listed ${listed} of ${listing.rows} postings, the second to do so`);
      log.warn({ account, ...listing, listed }, 'listing ended early, going on in a fresh snapshot');
      await release(listing.snapshot);
      Object.assign(listing, await feed.open(account));
    }
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
