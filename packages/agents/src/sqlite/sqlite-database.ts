import { setTimeout as delay } from 'node:timers/promises'
import { storeClosed } from '../store/refusals.ts'
import { StoreError } from '../store/store-error.ts'
import type { SqliteConnection, SqliteRow, SqliteStatement, SqliteValue } from './sqlite-binding.ts'

const BUSY = [5, 6]
const UNWRITABLE = [3, 8, 10, 13, 14]
const CORRUPT = 11
const NOT_A_DATABASE = 26
const CONSTRAINT = 19

/** Statements of one transaction, or of one read. */
export interface Statements {
  readonly get: (sql: string, ...values: SqliteValue[]) => SqliteRow | undefined
  readonly all: (sql: string, ...values: SqliteValue[]) => readonly SqliteRow[]
  /** How many rows it changed. */
  readonly run: (sql: string, ...values: SqliteValue[]) => number
  /** The machine's clock, once for the whole transaction. */
  readonly now: number
}

/**
 * One connection. SQLite works synchronously, so what waits for other processes is done here, without keeping the
 * process from anything else: a transaction is tried again and again until it can begin.
 */
export class SqliteDatabase {
  readonly file: string
  private readonly connection: SqliteConnection
  private readonly busyMs: number
  private readonly prepared = new Map<string, SqliteStatement>()
  private closed = false

  constructor(connection: SqliteConnection, file: string, busyMs: number) {
    this.connection = connection
    this.file = file
    this.busyMs = busyMs
  }

  /** Runs `body`, which sees one state of the file. @throws StoreError */
  read<T>(body: (statements: Statements) => T): Promise<T> {
    return this.whenFree(() => this.transaction('BEGIN', body))
  }

  /**
   * Runs `body` as the only writer of the file; when it returns, what it wrote is on the disk, and when it throws, none
   * of it is. `body` may run more than once.
   * @throws StoreError
   */
  write<T>(body: (statements: Statements) => T): Promise<T> {
    return this.whenFree(() => this.transaction('BEGIN IMMEDIATE', body))
  }

  /** Statements that can't run within a transaction. */
  exec(sql: string): Promise<void> {
    return this.whenFree(() => this.connection.exec(sql))
  }

  close(): void {
    if (this.closed) return
    this.closed = true
    this.prepared.clear()
    this.connection.close()
  }

  private transaction<T>(begin: string, body: (statements: Statements) => T): T {
    this.connection.exec(begin)
    try {
      const result = body(this.statements())
      this.connection.exec('COMMIT')
      return result
    } catch (error) {
      try {
        this.connection.exec('ROLLBACK')
      } catch {
        // A full disk has rolled it back already.
      }
      throw error
    }
  }

  private statements(): Statements {
    return {
      get: (sql, ...values) => this.prepare(sql).get(...values),
      all: (sql, ...values) => this.prepare(sql).all(...values),
      run: (sql, ...values) => Number(this.prepare(sql).run(...values).changes),
      now: Date.now(),
    }
  }

  private prepare(sql: string): SqliteStatement {
    let statement = this.prepared.get(sql)
    if (!statement) {
      statement = this.connection.prepare(sql)
      this.prepared.set(sql, statement)
    }
    return statement
  }

  private async whenFree<T>(attempt: () => T): Promise<T> {
    const deadline = performance.now() + this.busyMs
    for (;;) {
      if (this.closed) throw storeClosed()
      try {
        return attempt()
      } catch (error) {
        if (!BUSY.includes(sqliteCode(error))) throw toStoreError(error, this.file)
        if (performance.now() > deadline)
          throw new StoreError('busy', `other processes keep ${this.file}`, { cause: error })
        await delay(1 + Math.random() * 9)
      }
    }
  }
}

/** True when a row of that key was there. */
export function isConstraint(error: unknown): boolean {
  return sqliteCode(error) === CONSTRAINT
}

/** What SQLite says, without the extended part; -1 for errors of others. */
function sqliteCode(error: unknown): number {
  const code = error instanceof Error && 'errcode' in error ? error.errcode : undefined
  return typeof code === 'number' ? code & 0xff : -1
}

/** Errors that are ours, or of our own code, stay as they are. */
export function toStoreError(cause: unknown, file: string): unknown {
  const code = sqliteCode(cause)
  if (code === NOT_A_DATABASE) return new StoreError('not-a-store', `${file} is no SQLite file`, { cause })
  if (code === CORRUPT) return new StoreError('corrupt', `${file} is damaged`, { cause })
  if (UNWRITABLE.includes(code)) return new StoreError('unwritable', `${file} can't be written`, { cause })
  return cause
}
