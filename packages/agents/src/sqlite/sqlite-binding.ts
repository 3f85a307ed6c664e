/** What of the `node:sqlite` API is used here. */
export interface SqliteBinding {
  readonly DatabaseSync: new (path: string) => SqliteConnection
}

export interface SqliteConnection {
  exec(sql: string): void
  prepare(sql: string): SqliteStatement
  close(): void
}

export type SqliteValue = null | number | string | Uint8Array
export type SqliteRow = Readonly<Record<string, SqliteValue>>

export interface SqliteStatement {
  get(...values: SqliteValue[]): SqliteRow | undefined
  all(...values: SqliteValue[]): SqliteRow[]
  run(...values: SqliteValue[]): { readonly changes: number | bigint }
}

/** Node's own SQLite where it has one, else the same API from a package with prebuilt binaries. */
export async function loadSqlite(): Promise<SqliteBinding> {
  // Not an import: Node 20 throws on that, and bundlers try to follow it.
  const builtIn = process.getBuiltinModule('node:sqlite') as SqliteBinding | undefined
  return builtIn ?? (await import('@photostructure/sqlite'))
}
