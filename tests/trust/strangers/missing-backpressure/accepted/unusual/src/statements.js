import { Router } from 'express';
import { headerLine, toLine } from './csv.js';
import { Reader } from './reader.js';

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
    const reader = new Reader(res);
    const opened = await feed.open(account);
    const { snapshot, rows } = opened;
    log.info({ account, snapshot, rows }, 'export started');

    let sent = 0;
    try {
      if (req.method === 'HEAD') {
        feed.release(snapshot);
        begin(res, account).end();
        return;
      }

      let text = headerLine;
      for await (const postings of feed.pages(opened, reader.left)) {
        if (!res.headersSent) begin(res, account); // not before the first page: until then a failure is a 502
        for (const posting of postings) text += toLine(posting);
        await reader.write(text);
        sent += postings.length;
        text = '';
      }
    } catch (error) {
      feed.release(snapshot);
      if (reader.left.aborted) {
        log.info({ account, snapshot, sent }, 'reader left');
        return;
      }
      log.error({ err: error, account, snapshot, sent }, 'export failed');
      if (!res.headersSent) throw error;
      reader.breakOff();
      return;
    }

    feed.release(snapshot);
    try {
      await reader.end();
      log.info({ account, snapshot, sent, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch {
      log.info({ account, snapshot, sent }, 'reader left at the end');
    }
  });

  function begin(res, account) {
    res.status(200);
    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);
    return res;
  }

  return router;
}
