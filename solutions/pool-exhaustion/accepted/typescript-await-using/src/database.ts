import pg from 'pg'

import type { DatabaseConfig } from './config.ts'
import { log } from './log.ts'

/** No connection came free in time. */
export class Busy extends Error {}

/** A connection of the pool, for as long as a block runs. */
export class Lease implements Disposable {
  readonly client: pg.PoolClient
  private spoilt = false

  constructor(client: pg.PoolClient) {
    this.client = client
  }

  /** It is closed, and not given to anybody else. */
  spoil(): void {
    this.spoilt = true
  }

  [Symbol.dispose](): void {
    this.client.release(this.spoilt)
  }
}

/** A transaction that is rolled back at the end of its block unless it was committed. */
export class Transaction implements AsyncDisposable {
  private readonly lease: Lease
  private isOpen = true

  private constructor(lease: Lease) {
    this.lease = lease
  }

  static async begin(lease: Lease): Promise<Transaction> {
    await lease.client.query('BEGIN')
    return new Transaction(lease)
  }

  async rows<Row extends pg.QueryResultRow>(sql: string, ...values: unknown[]): Promise<Row[]> {
    return (await this.lease.client.query<Row>(sql, values)).rows
  }

  async run(sql: string, ...values: unknown[]): Promise<number> {
    return (await this.lease.client.query(sql, values)).rowCount ?? 0
  }

  async commit(): Promise<void> {
    await this.lease.client.query('COMMIT')
    this.isOpen = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.isOpen) return
    try {
      await this.lease.client.query('ROLLBACK')
    } catch {
      this.lease.spoil()
    }
  }
}

export class Database {
  private readonly pool: pg.Pool

  constructor({ url, connections, acquireTimeoutMs, idleTimeoutMs }: DatabaseConfig) {
    this.pool = new pg.Pool({
      connectionString: url,
      application_name: 'bookings',
      max: connections,
      connectionTimeoutMillis: acquireTimeoutMs,
      idleTimeoutMillis: idleTimeoutMs,
    })
    const lost = (error: Error): void => log('warn', 'connection lost', { reason: error.message })
    this.pool.on('error', lost)
    this.pool.on('connect', (client) => client.on('error', lost))
  }

  async lease(): Promise<Lease> {
    try {
      return new Lease(await this.pool.connect())
    } catch (error) {
      if (error instanceof Error && error.message.includes('timeout')) throw new Busy()
      throw error
    }
  }
}
