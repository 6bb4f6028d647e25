import { config } from './config.js';
import { Connections } from './connections.js';
import { log } from './log.js';

const connections = new Connections({
  connectionString: config.databaseUrl,
  applicationName: 'bookings',
  max: config.pool.max,
  waitMs: config.pool.acquireTimeoutMs,
  idleMs: config.pool.idleTimeoutMs,
  onTrouble: (error) => log('warn', 'a connection was lost', { reason: error.message || error.code }),
});

/** Runs `work` with a connection of its own. Resolves with null where the caller, whose signal `left` is, went away before. */
export async function withConnection(work, left) {
  const client = await connections.borrow(left);
  if (client === null) return null;
  try {
    return await work(client);
  } finally {
    connections.giveBack(client);
  }
}

/** The same in a transaction: all of what `work` does, or, where it throws, nothing. */
export function transaction(work, left) {
  return withConnection(async (client) => {
    try {
      await client.query('BEGIN');
      const result = await work(client);
      const { command } = await client.query('COMMIT');
      // This is how the database answers the COMMIT of a transaction in which something failed.
      if (command !== 'COMMIT') throw new Error(`the transaction ended with ${command}`);
      return result;
    } catch (error) {
      // Where this fails too, the connection is closed when it is given back, and the database undoes what is left.
      await client.query('ROLLBACK').catch(() => {});
      throw error;
    }
  }, left);
}
