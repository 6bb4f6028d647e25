import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Router } from 'express';

import { linesOf } from './lines.js';

const ACCOUNT = /^[A-Za-z0-9-]{4,40}$/;

export function exportRoutes({ feed, log }) {
  const router = Router();

  router.get('/accounts/:account/postings.csv', async (req, res) => {
    const { account } = req.params;
    if (!ACCOUNT.test(account)) {
      res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
      return;
    }

    const reader = new AbortController();
    res.once('close', () => reader.abort());

    const { snapshot, rows } = await feed.open(account);
    const exportLog = log.child({ account, snapshot });
    try {
      await sendExport({ req, res, account, snapshot, rows, signal: reader.signal, exportLog });
    } finally {
      feed.release(snapshot).catch((error) => exportLog.warn({ err: error }, 'snapshot not released'));
    }
  });

  /** Done when the last page is pulled, or nothing more will be; the reader may still be busy with what it was sent. */
  async function sendExport({ req, res, account, snapshot, rows, signal, exportLog }) {
    const startedAt = performance.now();
    const progress = { sent: 0 };
    exportLog.info({ rows }, 'export started');

    const lines = linesOf({ feed, snapshot, rows, signal, progress });
    try {
      // The first page decides about the status: until it is here, a failure can still be a 502.
      const first = req.method === 'HEAD' ? null : await lines.next();
      signal.throwIfAborted();
      res.status(200);
      res.set('content-type', 'text/csv; charset=utf-8');
      res.set('content-disposition', `attachment; filename="${account}.csv"`);
      if (first === null) {
        res.end();
        return;
      }

      await new Promise((pulled, failed) => {
        let allPulled = false;
        async function* file() {
          yield first.value;
          yield* lines;
          allPulled = true;
          pulled();
        }
        // An error in `file` destroys the response, so that the connection breaks before the last chunk.
        pipeline(Readable.from(file()), res).then(
          () => {
            const ms = Math.round(performance.now() - startedAt);
            exportLog.info({ sent: progress.sent, ms }, 'export finished');
            pulled();
          },
          (error) => {
            if (allPulled) exportLog.info({ pulled: progress.sent }, 'reader left at the end');
            failed(error);
          },
        );
      });
    } catch (error) {
      if (signal.aborted) {
        exportLog.info({ pulled: progress.sent }, 'reader left');
      } else {
        exportLog.error({ err: error, pulled: progress.sent }, 'export failed');
        if (!res.headersSent) throw error;
      }
    }
  }

  return router;
}
