import express, { type NextFunction, type Request, type Response } from 'express';
import { pino } from 'pino';
import { createFeed, FeedError } from './src/feed.ts';
import { exportPostings } from './src/exports.ts';

const { PORT = '3000', FEED_URL, PAGE_ROWS = '1000', LOG_LEVEL = 'info', INSTANCE_ID = 'local' } = process.env;
if (!FEED_URL) throw new Error('FEED_URL is not set: the address of the ledger feed');

const log = pino({ level: LOG_LEVEL, base: { service: 'statement-exports', instance: INSTANCE_ID } });
const feed = createFeed(FEED_URL, Number(PAGE_ROWS));
const app = express();
app.disable('x-powered-by');

app.get('/healthz', (req: Request, res: Response) => {
  res.json({ status: 'ok', instance: INSTANCE_ID });
});

app.get('/accounts/:account/postings.csv', async (req: Request, res: Response) => {
  const account = String(req.params.account);
  if (!/^[A-Za-z0-9-]{4,40}$/.test(account)) {
    res.status(400).json({ error: 'bad_account', message: 'an account is 4 to 40 letters, digits or dashes' });
    return;
  }
  const opened = await feed.open(account);
  res.set('content-type', 'text/csv; charset=utf-8');
  res.set('content-disposition', `attachment; filename="${account}.csv"`);
  try {
    await exportPostings(feed, opened, res);
    log.info({ account, ...opened }, 'export finished');
  } catch (error) {
    log.error({ err: error, account, ...opened }, 'export broken off');
  } finally {
    await feed.release(opened.snapshot).catch((error: unknown) => log.warn({ err: error }, 'snapshot not released'));
  }
});

app.use((req: Request, res: Response) => {
  res.status(404).json({ error: 'not_found' });
});

app.use((error: Error, req: Request, res: Response, next: NextFunction) => {
  log.error({ err: error, path: req.path }, 'request failed');
  if (res.headersSent) next(error);
  else if (error instanceof FeedError) res.status(502).json({ error: 'feed_unavailable' });
  else res.status(500).json({ error: 'internal' });
});

app.listen(Number(PORT), () => log.info({ port: PORT }, 'statement exports listening'));
