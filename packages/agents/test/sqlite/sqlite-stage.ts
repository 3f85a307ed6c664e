import { createHash } from 'node:crypto'
import { open, readdir, readFile, truncate } from 'node:fs/promises'
import path from 'node:path'
import { privateDirectory } from '@x/fixtures'
import { openSqliteStore } from '../../src/sqlite/open-sqlite-store.ts'
import { loadSqlite, type SqliteConnection } from '../../src/sqlite/sqlite-binding.ts'
import type { KeyProvider } from '../../src/store/key-provider.ts'
import type { SeedKey } from '../../src/store/seed-record.ts'
import type { Store } from '../../src/store/store.ts'
import { StageKeys, type StoreStage } from '../../src/testing/store-contract-stage.ts'

const TIMES: Record<string, readonly string[]> = {
  seeds: [
    'created_at',
    'saved_at',
    'leased_at',
    'deleted_at',
    'lease_since',
    'lease_renewed_at',
    'refresh_at',
    'refresh_not_before',
    'refreshed_at',
  ],
  handles: ['created_at', 'expires_at'],
  blobs: ['touched_at'],
  waiters: ['seen_at'],
  orchestrators: ['beat_at'],
  tasks: ['created_at', 'updated_at'],
  snapshots: ['created_at', 'held_until'],
  journal_runs: ['created_at', 'updated_at'],
  journal_entries: ['created_at'],
  deliverables: ['created_at'],
}

export interface SqliteStage extends StoreStage {
  readonly file: string
  /** Works on the file as no store would. */
  readonly behind: <T>(body: (db: SqliteConnection) => T) => Promise<T>
}

export async function openSqliteStage(): Promise<SqliteStage> {
  const directory = await privateDirectory()
  const file = path.join(directory.path, 'store.sqlite')
  const keys = new StageKeys()
  const opened: Store[] = []
  const openAgain = async (other: KeyProvider = keys): Promise<Store> => {
    const store = await openSqliteStore({ path: file, keys: other })
    opened.push(store)
    return store
  }
  const behind: SqliteStage['behind'] = async (body) => {
    const { DatabaseSync } = await loadSqlite()
    const db = new DatabaseSync(file)
    try {
      db.exec('PRAGMA busy_timeout = 5000')
      return body(db)
    } finally {
      db.close()
    }
  }
  const blobOf = ({ seedId }: SeedKey) =>
    behind((db) => String(db.prepare('SELECT blob_id FROM seeds WHERE id = ?').get(seedId)?.['blob_id']))
  return {
    file,
    behind,
    keys,
    store: await openAgain(),
    openAgain,
    backdate: (ms) =>
      behind((db) => {
        for (const [table, columns] of Object.entries(TIMES))
          db.exec(`UPDATE ${table} SET ${columns.map((name) => `${name} = ${name} - ${ms}`).join(', ')}`)
      }),
    async countBlobs() {
      const rows = await behind((db) => db.prepare('SELECT id FROM blobs').all())
      const files = await readdir(`${file}.blobs`).catch(() => [])
      return new Set([...rows.map(({ id }) => id), ...files]).size
    },
    async swapContent(one, other) {
      const [a, b] = [await blobOf(one), await blobOf(other)]
      const sql = 'UPDATE seeds SET blob_id = ? WHERE id = ?'
      await behind((db) => [db.prepare(sql).run(b, one.seedId), db.prepare(sql).run(a, other.seedId)])
    },
    async damageContent(key, offset, how) {
      const blob = path.join(`${file}.blobs`, await blobOf(key))
      if (how === 'cut') return truncate(blob, offset)
      const handle = await open(blob, 'r+')
      const { buffer } = await handle.read(Buffer.alloc(1), 0, 1, offset)
      await handle.write(Buffer.of(buffer.readUInt8() ^ 1), 0, 1, offset)
      await handle.close()
    },
    makeNewer: () => behind((db) => db.exec('PRAGMA user_version = 99')),
    async fingerprint() {
      const hash = createHash('sha256')
      const rows = await behind((db) =>
        Object.keys(TIMES).map((table) => db.prepare(`SELECT * FROM ${table} ORDER BY 1, 2`).all()),
      )
      hash.update(JSON.stringify(rows))
      for (const name of (await readdir(`${file}.blobs`).catch(() => [])).sort())
        hash.update(name).update(await readFile(path.join(`${file}.blobs`, name)))
      return hash.digest('hex')
    },
    async [Symbol.asyncDispose]() {
      for (const store of opened) await store.close()
      await directory[Symbol.asyncDispose]()
    },
  }
}
