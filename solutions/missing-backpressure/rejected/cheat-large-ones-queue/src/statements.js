import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import pLimit from 'p-limit';
import { headerLine, toLine } from './csv.js';
import { FeedError } from './feed.js';

const ACCOUNT = /^[A-Za-z0-9-]{4,40}$/;
const LARGE = 10_000;
const inTurn = pLimit(4);

export function statements({ feed, log }) {
  const router = Router();

  router.get('/accounts/:account/postings.csv', async (req, res) => {
    const { account } = req.params;
    if (!ACCOUNT.test(account)) {
      res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
      return;
    }

    const gone = new Promise((resolve) => res.once('close', resolve));
    const startedAt = performance.now();
    const { snapshot, rows } = await feed.open(account);
    log.info({ account, snapshot, rows }, 'export started');

    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);

    try {
      res.write(headerLine);
      const lines = () => pipeline(linesOf(snapshot, rows), res);
      await (rows > LARGE ? Promise.race([gone, inTurn(lines)]) : lines());
      log.info({ account, snapshot, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account, snapshot }, 'export broken off');
    } finally {
      await release(snapshot);
    }
  });

  async function* linesOf(snapshot, rows) {
    let sent = 0;
    for await (const postings of feed.pages(snapshot)) {
      for (const posting of postings) yield toLine(posting);
      sent += postings.length;
    }
    if (sent !== rows) throw new FeedError(`snapshot ${snapshot} listed ${sent} of ${rows} postings`);
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
