import { Transform } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';
import { headerLine, toLine } from './csv.js';

const ACCOUNT = /^[A-Za-z0-9-]{4,40}$/;

function asCsv() {
  const csv = new Transform({
    writableObjectMode: true,
    writableHighWaterMark: 1,
    transform(postings, encoding, done) {
      done(null, postings.map(toLine).join(''));
    },
  });
  csv.push(headerLine);
  return csv;
}

export function statements({ feed, log }) {
  const router = Router();

  router.get('/accounts/:account/postings.csv', async (req, res) => {
    const { account } = req.params;
    if (!ACCOUNT.test(account)) {
      res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
      return;
    }

    const startedAt = performance.now();
    const listing = await feed.list(account);
    log.info({ account }, 'export started');

    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);
    try {
      await pipeline(listing, asCsv(), res);
      log.info({ account, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account }, 'export broken off');
    } finally {
      listing.destroy();
    }
  });

  return router;
}
