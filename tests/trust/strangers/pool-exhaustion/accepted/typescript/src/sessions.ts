import pg from 'pg';
import tarn from 'tarn';

import { config } from './config.ts';
import { unavailable } from './errors.ts';
import { log } from './log.ts';

/** A session of this service at the database. */
export type Session = InstanceType<typeof pg.Client>;

const CONNECT_TIMEOUT_MS = 3000;
const CLOSE_TIMEOUT_MS = 1000;
const RETRY_MS = 200;

/** Sessions that must not be lent again. */
const spoilt = new WeakSet<Session>();
/** Sessions whose socket is closed. */
const ended = new WeakSet<Session>();
/** Sessions that are on their way out: the database may still count them. */
const leaving = new Map<Session, Promise<void>>();

async function open(): Promise<Session> {
  // The pool counts a session no more once it is told to leave. The database does, until it has left.
  while (leaving.size > 0) await Promise.all(leaving.values());
  const session: Session = new pg.Client({
    connectionString: config.databaseUrl,
    application_name: 'bookings',
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    keepAlive: true,
  });
  session.on('error', (error: Error) => {
    spoilt.add(session);
    log('warn', 'a connection ended', { reason: error.message });
  });
  session.once('end', () => {
    spoilt.add(session);
    ended.add(session);
  });
  try {
    await session.connect();
  } catch (error) {
    void close(session);
    throw error;
  }
  return session;
}

/** Ends a session. Resolves when its socket is closed; not later than a second from now. */
function close(session: Session): Promise<void> {
  spoilt.add(session);
  if (ended.has(session)) return Promise.resolve();
  const underWay = leaving.get(session);
  if (underWay) return underWay;
  const left = new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      (session as any).connection.stream.destroy();
      resolve();
    }, CLOSE_TIMEOUT_MS);
    session.once('end', () => {
      clearTimeout(timer);
      resolve();
    });
    session.end().catch(() => {});
  }).then(() => {
    leaving.delete(session);
  });
  leaving.set(session, left);
  return left;
}

const pool = new tarn.Pool<Session>({
  create: open,
  destroy: close,
  validate: (session) => !spoilt.has(session),
  min: 0,
  max: config.pool.max,
  acquireTimeoutMillis: config.pool.acquireTimeoutMs,
  // Longer than `open` can take: what is being opened must not be forgotten before it has failed by itself.
  createTimeoutMillis: 10 * (CONNECT_TIMEOUT_MS + CLOSE_TIMEOUT_MS),
  destroyTimeoutMillis: 2 * CLOSE_TIMEOUT_MS,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
  reapIntervalMillis: 1000,
  // A session that cannot be opened is tried again while requests wait: they are answered 503 when their time is up.
  createRetryIntervalMillis: RETRY_MS,
  propagateCreateError: false,
});

/** A session, in its turn; null where the caller, whose signal `left` is, went away before. */
async function acquire(left?: AbortSignal): Promise<Session | null> {
  if (left?.aborted) return null;
  const turn = pool.acquire();
  const giveUp = () => turn.abort();
  left?.addEventListener('abort', giveUp, { once: true });
  try {
    return await turn.promise;
  } catch (error) {
    if (left?.aborted) return null;
    throw unavailable(error);
  } finally {
    left?.removeEventListener('abort', giveUp);
  }
}

/** Runs `work` with a session of its own. */
export async function withSession<T>(work: (session: Session) => Promise<T>, left?: AbortSignal): Promise<T | null> {
  const session = await acquire(left);
  if (session === null) return null;
  try {
    return await work(session);
  } finally {
    pool.release(session);
  }
}

/** The same in a transaction, which is committed where `work` resolves, and rolled back where it throws. */
export function inTransaction<T>(work: (session: Session) => Promise<T>, left?: AbortSignal): Promise<T | null> {
  return withSession(async (session) => {
    try {
      await session.query('BEGIN');
      const result = await work(session);
      await session.query('COMMIT');
      return result;
    } catch (error) {
      await session.query('ROLLBACK').catch(() => close(session));
      throw error;
    }
  }, left);
}
