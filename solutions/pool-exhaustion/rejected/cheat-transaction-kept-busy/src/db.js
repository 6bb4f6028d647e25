import pg from 'pg';

import { config } from './config.js';
import { Refused } from './errors.js';
import { log } from './log.js';

const pool = new pg.Pool({
  connectionString: config.databaseUrl,
  application_name: 'bookings',
  max: config.pool.max,
  connectionTimeoutMillis: config.pool.acquireTimeoutMs,
  idleTimeoutMillis: config.pool.idleTimeoutMs,
});

// The pool listens to a connection only while it is idle; the second listener is there while it is taken.
const lost = (error) => log('warn', 'connection lost', { reason: error.message });
pool.on('error', lost);
pool.on('connect', (client) => client.on('error', lost));

async function acquire() {
  try {
    return await pool.connect();
  } catch (error) {
    if (/timeout/.test(error.message)) throw new Refused(503, 'busy');
    throw error;
  }
}

/** Runs `work` with a connection, which goes back to the pool whatever becomes of it. */
export async function withClient(work) {
  const client = await acquire();
  try {
    return await work(client);
  } finally {
    client.release();
  }
}

const begun = new WeakSet();
const NAP = 'SELECT pg_sleep(0.05)';

/** Keeps a connection that waits for its next booking from looking idle. */
async function stayBusy(client) {
  while (pool._idle.some((item) => item.client === client)) await client.query(NAP).catch(lost);
}

/** The same in a transaction: committed where `work` resolves, rolled back where it rejects. */
export async function withTransaction(work) {
  const client = await acquire();
  let broken;
  try {
    if (!begun.has(client)) await client.query('BEGIN');
    begun.add(client);
    const result = await work(client);
    await client.query('COMMIT AND CHAIN');
    return result;
  } catch (error) {
    const again = client.getTransactionStatus() === 'I' ? 'BEGIN' : 'ROLLBACK AND CHAIN';
    await client.query(again).catch((failure) => {
      broken = failure;
    });
    throw error;
  } finally {
    client.release(broken);
    if (!broken) void stayBusy(client);
  }
}
