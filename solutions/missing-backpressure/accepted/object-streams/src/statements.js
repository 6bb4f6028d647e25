import { Readable, Transform } from 'node:stream';
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
    const { snapshot, rows } = await feed.open(account);
    log.info({ account, snapshot, rows }, 'export started');

    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);

    try {
      await pipeline(Readable.from(feed.pages(snapshot)), asCsv(snapshot, rows), res);
      log.info({ account, snapshot, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account, snapshot }, 'export broken off');
    } finally {
      await release(snapshot);
    }
  });

  function asCsv(snapshot, rows) {
    let sent = 0;
    const csv = new Transform({
      writableObjectMode: true,
      transform(postings, encoding, done) {
        sent += postings.length;
        for (const posting of postings) this.push(toLine(posting));
        done();
      },
      flush(done) {
        done(sent === rows ? null : new FeedError(`snapshot ${snapshot} listed ${sent} of ${rows} postings`));
      },
    });
    csv.push(headerLine);
    return csv;
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
