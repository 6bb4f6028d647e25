import { pipeline } from 'node:stream/promises';

import { Router } from 'express';
import type { Request, Response } from 'express';

import type { FeedClient } from './feed-client.ts';
import type { Log } from './log.ts';
import { Statement } from './statement.ts';

const ACCOUNT = /^[A-Za-z0-9-]{4,40}$/;

export function statementRoutes({ feed, log }: { feed: FeedClient; log: Log }) {
  const router = Router();

  router.get('/accounts/:account/postings.csv', async (req: Request<{ account: string }>, res: Response) => {
    const { account } = req.params;
    if (!ACCOUNT.test(account)) {
      res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
      return;
    }

    const startedAt = performance.now();
    const opened = await feed.open(account);
    const { snapshot, rows } = opened;
    log.info({ account, snapshot, rows }, 'export started');

    const statement = new Statement({ feed, log, opened });
    const onLeft = () => statement.destroy();
    res.once('close', onLeft);
    if (res.destroyed) statement.destroy();

    try {
      if (req.method !== 'HEAD') await statement.begin();
      if (!res.destroyed) {
        res.status(200);
        res.set('content-type', 'text/csv; charset=utf-8');
        res.set('content-disposition', `attachment; filename="${account}.csv"`);
      }
      if (req.method === 'HEAD') {
        statement.destroy();
        res.end();
        return;
      }
      // An error of the statement destroys the response too: its connection breaks before the last chunk.
      await pipeline(statement, res);
      const ms = Math.round(performance.now() - startedAt);
      log.info({ account, snapshot, sent: statement.pulled, ms }, 'export finished');
    } catch (error) {
      const hasLeft = res.destroyed && statement.errored === null;
      statement.destroy();
      if (hasLeft) {
        log.info({ account, snapshot, pulled: statement.pulled }, 'reader left');
        return;
      }
      log.error({ err: error, account, snapshot, pulled: statement.pulled }, 'export failed');
      if (!res.headersSent && !res.destroyed) throw error;
    }
  });

  return router;
}
