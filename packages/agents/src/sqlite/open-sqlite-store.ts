import { chmod, mkdir, open } from 'node:fs/promises'
import path from 'node:path'
import { openKeyDirectory } from '../store/key-directory.ts'
import type { KeyProvider } from '../store/key-provider.ts'
import { assertKnownKeys } from '../store/known-keys.ts'
import { StoreError } from '../store/store-error.ts'
import type { Store } from '../store/store.ts'
import { migrate } from './migrations.ts'
import { loadSqlite } from './sqlite-binding.ts'
import { SqliteBlobShelf } from './sqlite-blob-shelf.ts'
import type { SqliteContext } from './sqlite-context.ts'
import { SqliteDatabase, toStoreError } from './sqlite-database.ts'
import { createSqliteStore } from './sqlite-store.ts'

export interface SqliteStoreOptions {
  /** Absolute path of the file, on a disk of this machine. Content lies beside it, in `<path>.blobs/`. */
  readonly path: string
  /** What content is encrypted with. @default `openKeyDirectory()` */
  readonly keys?: KeyProvider
  /** How long to try while other processes write, in milliseconds. @default 10_000 */
  readonly busyMs?: number
}

/**
 * Opens the store of one machine, and makes it when it is not there: file and directory are for this account only.
 * Any number of processes may have it open at once; each closes its own. What is acknowledged is on the disk.
 *
 * The parent directory is made. A file of an older version is migrated; one of a newer version, or of something else, is
 * refused and left as it was.
 * @throws TypeError for a relative path
 * @throws StoreError `newer-store`, `not-a-store`, `corrupt`, `wrong-key`, `unsafe-key` when the keys lie beside the
 * store, `unwritable`, `busy`
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const { path: file, keys = openKeyDirectory(), busyMs = 10_000 } = options
  if (!path.isAbsolute(file)) throw new TypeError(`expected an absolute path, got ${file}`)
  assertApart(file, keys)
  await makePrivateFile(file)
  const { DatabaseSync } = await loadSqlite()
  const db = new SqliteDatabase(connect(DatabaseSync, file), file, busyMs)
  try {
    await prepare(db)
    await migrate(db)
    // Only now is it sure that the file is ours. The log takes its mode from the file.
    await chmod(file, 0o600)
    await db.exec('PRAGMA journal_mode = WAL')
    const shelf = new SqliteBlobShelf(db)
    const context: SqliteContext = { db, shelf, keys }
    const used = await db.read(({ all }) =>
      all(`SELECT DISTINCT key_id, key_proof FROM blobs WHERE state = 'attached'`),
    )
    await assertKnownKeys(
      used.map((row) => ({ keyId: String(row['key_id']), proof: String(row['key_proof']) })),
      keys,
    )
    const store = createSqliteStore(context)
    await store.sweep()
    return store
  } catch (error) {
    db.close()
    throw error
  }
}

function connect(
  DatabaseSync: Awaited<ReturnType<typeof loadSqlite>>['DatabaseSync'],
  file: string,
): InstanceType<typeof DatabaseSync> {
  try {
    return new DatabaseSync(file)
  } catch (error) {
    throw toStoreError(error, file)
  }
}

/** What holds for this connection alone. Each of them may already have to wait for others. */
async function prepare(db: SqliteDatabase): Promise<void> {
  await db.exec('PRAGMA busy_timeout = 0') // waiting is done outside, where it keeps nobody
  await db.exec('PRAGMA synchronous = FULL')
  await db.exec('PRAGMA foreign_keys = ON')
  await db.exec('PRAGMA secure_delete = ON')
  await db.exec('PRAGMA trusted_schema = OFF')
}

async function makePrivateFile(file: string): Promise<void> {
  try {
    await mkdir(path.dirname(file), { recursive: true, mode: 0o700 })
    const handle = await open(file, 'a', 0o600)
    await handle.close()
  } catch (cause) {
    throw new StoreError('unwritable', `${file} can't be made or written`, { cause })
  }
}

/** Whoever copies the store's directory must not get the key with it. */
function assertApart(file: string, keys: KeyProvider): void {
  if (!('path' in keys) || typeof keys.path !== 'string') return
  const relative = path.relative(path.dirname(file), keys.path)
  if (relative !== '' && (relative.startsWith('..') || path.isAbsolute(relative))) return
  throw new StoreError(
    'unsafe-key',
    `the keys in ${keys.path} lie beside what they protect; give the store a directory of its own`,
  )
}
