import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';

import { config } from './config.ts';
import { log } from './log.ts';

export interface Database {
  shops: { id: number; name: string };
  makers: { id: number; name: string };
  products: { id: number; maker_id: number; name: string };
  shelves: { shop_id: number; product_id: number; label: string };
  customers: { id: number; shop_id: number; name: string };
  orders: { id: number; shop_id: number; customer_id: number | null; placed_at: Date };
  lines: { order_id: number; position: number; product_id: number; quantity: number; cents: number };
  payments: { id: number; order_id: number; method: string; cents: number };
}

const pool = new pg.Pool({ connectionString: config.databaseUrl, max: 10, connectionTimeoutMillis: 5000 });

pool.on('error', (error: Error) => log('warn', 'an idle connection ended', { reason: error.message }));

export const db = new Kysely<Database>({ dialect: new PostgresDialect({ pool }) });
