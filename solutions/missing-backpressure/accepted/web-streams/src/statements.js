import { Writable } from 'node:stream';
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
    const opened = await feed.open(account);
    log.info({ account, ...opened }, 'export started');

    res.set('content-type', 'text/csv; charset=utf-8');
    res.set('content-disposition', `attachment; filename="${account}.csv"`);
    try {
      await csvOf(opened).pipeTo(Writable.toWeb(res));
      log.info({ account, ms: Math.round(performance.now() - startedAt) }, 'export finished');
    } catch (error) {
      log.error({ err: error, account, snapshot: opened.snapshot }, 'export broken off');
      res.destroy();
    } finally {
      await release(opened.snapshot);
    }
  });

  function csvOf({ snapshot, rows }) {
    const pages = feed.pages(snapshot);
    let sent = 0;
    return new ReadableStream(
      {
        start(controller) {
          controller.enqueue(Buffer.from(headerLine));
        },
        async pull(controller) {
          const { done, value: postings } = await pages.next();
          if (!done) {
            sent += postings.length;
            controller.enqueue(Buffer.from(postings.map(toLine).join('')));
          } else if (sent === rows) {
            controller.close();
          } else {
            controller.error(new FeedError(`snapshot ${snapshot} listed ${sent} of ${rows} postings`));
          }
        },
        cancel() {
          return pages.return();
        },
      },
      { highWaterMark: 1 },
    );
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
