import { newerStore } from '../store/refusals.ts'
import { StoreError } from '../store/store-error.ts'
import type { SqliteDatabase, Statements } from './sqlite-database.ts'

/** Written into the file's header, so that it is known for what it is: "xagt". */
const APPLICATION_ID = 0x78616774

/**
 * Each brings the file from its index to the next version, and is never changed once it was released. A file is only
 * ever migrated forward.
 */
const STEPS: readonly string[][] = [
  [
    `CREATE TABLE blobs (
      id TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      kind TEXT NOT NULL,
      subject TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('writing', 'stored', 'attached')),
      key_id TEXT NOT NULL,
      key_proof TEXT NOT NULL,
      wrapped_key BLOB NOT NULL,
      bytes INTEGER NOT NULL,
      touched_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE INDEX blobs_by_key ON blobs (key_id)`,
    `CREATE INDEX blobs_unfinished ON blobs (touched_at) WHERE state <> 'attached'`,
    `CREATE TABLE seeds (
      id TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      name TEXT NOT NULL,
      agent TEXT NOT NULL,
      manifest_version INTEGER NOT NULL,
      pool TEXT,
      status TEXT NOT NULL CHECK (status IN ('alive', 'dead')),
      metadata TEXT NOT NULL,
      revision INTEGER NOT NULL,
      blob_id TEXT NOT NULL REFERENCES blobs (id),
      bytes INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      saved_at INTEGER NOT NULL,
      leased_at INTEGER,
      deleted_at INTEGER,
      fence INTEGER NOT NULL,
      lease_holder TEXT,
      lease_worker TEXT,
      lease_since INTEGER,
      lease_renewed_at INTEGER,
      lease_ms INTEGER
    ) STRICT`,
    `CREATE INDEX seeds_by_owner ON seeds (owner, created_at, id)`,
    `CREATE INDEX seeds_by_use ON seeds (owner, pool, leased_at, id)`,
    `CREATE TABLE waiters (
      place INTEGER PRIMARY KEY AUTOINCREMENT,
      ticket TEXT NOT NULL UNIQUE,
      owner TEXT NOT NULL,
      queue TEXT NOT NULL,
      holder TEXT NOT NULL,
      worker TEXT NOT NULL,
      seen_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE INDEX waiters_by_queue ON waiters (owner, queue, place)`,
    `CREATE TABLE orchestrators (
      id TEXT PRIMARY KEY,
      gone INTEGER NOT NULL,
      beat_at INTEGER NOT NULL,
      lifetime_ms INTEGER NOT NULL,
      facts TEXT NOT NULL
    ) STRICT`,
    `CREATE TABLE tasks (
      owner TEXT NOT NULL,
      id TEXT NOT NULL,
      orchestrator TEXT NOT NULL,
      fence INTEGER NOT NULL,
      version INTEGER NOT NULL,
      data TEXT NOT NULL,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      PRIMARY KEY (owner, id)
    ) STRICT`,
    `CREATE INDEX tasks_by_orchestrator ON tasks (orchestrator)`,
  ],
  [
    `ALTER TABLE seeds ADD COLUMN refresh_state TEXT NOT NULL DEFAULT 'idle'
      CHECK (refresh_state IN ('idle', 'claimed', 'sent', 'unknown'))`,
    `ALTER TABLE seeds ADD COLUMN refresh_fence INTEGER NOT NULL DEFAULT 0`,
    `ALTER TABLE seeds ADD COLUMN refresh_holder TEXT`,
    `ALTER TABLE seeds ADD COLUMN refresh_at INTEGER`,
    `ALTER TABLE seeds ADD COLUMN refresh_lock_ms INTEGER`,
    `ALTER TABLE seeds ADD COLUMN refresh_not_before INTEGER`,
    `ALTER TABLE seeds ADD COLUMN refresh_reason TEXT`,
    `ALTER TABLE seeds ADD COLUMN refreshed_at INTEGER`,
    `CREATE TABLE handles (
      hash TEXT PRIMARY KEY,
      owner TEXT NOT NULL,
      seed_id TEXT NOT NULL REFERENCES seeds (id) ON DELETE CASCADE,
      session TEXT NOT NULL,
      revision INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      expires_at INTEGER NOT NULL
    ) STRICT`,
    `CREATE INDEX handles_by_seed ON handles (seed_id)`,
    `CREATE INDEX handles_by_owner ON handles (owner, session)`,
  ],
  [
    `CREATE TABLE snapshots (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      id TEXT NOT NULL UNIQUE,
      owner TEXT NOT NULL,
      task_id TEXT NOT NULL,
      agent TEXT NOT NULL,
      base_id TEXT REFERENCES snapshots (id),
      depth INTEGER NOT NULL,
      verdict TEXT NOT NULL CHECK (verdict IN ('good', 'bad')),
      data TEXT NOT NULL,
      archive_id TEXT NOT NULL UNIQUE REFERENCES blobs (id),
      archive_bytes INTEGER NOT NULL,
      manifest_id TEXT NOT NULL UNIQUE REFERENCES blobs (id),
      manifest_bytes INTEGER NOT NULL,
      created_at INTEGER NOT NULL,
      held_until INTEGER
    ) STRICT`,
    `CREATE INDEX snapshots_by_task ON snapshots (owner, task_id, number)`,
    `CREATE INDEX snapshots_by_base ON snapshots (base_id)`,
  ],
  [
    `CREATE TABLE journal_runs (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      owner TEXT NOT NULL,
      task_id TEXT NOT NULL,
      run TEXT NOT NULL,
      next INTEGER NOT NULL,
      entries INTEGER NOT NULL DEFAULT 0,
      outcome TEXT,
      created_at INTEGER NOT NULL,
      updated_at INTEGER NOT NULL,
      UNIQUE (owner, task_id, run)
    ) STRICT`,
    `CREATE TABLE journal_entries (
      run_number INTEGER NOT NULL REFERENCES journal_runs (number) ON DELETE CASCADE,
      id TEXT NOT NULL,
      position INTEGER NOT NULL,
      type TEXT NOT NULL,
      data TEXT NOT NULL,
      state TEXT NOT NULL CHECK (state IN ('pending', 'answered', 'settled')),
      reply TEXT,
      created_at INTEGER NOT NULL,
      PRIMARY KEY (run_number, id)
    ) STRICT`,
    `CREATE INDEX journal_entries_by_position ON journal_entries (run_number, position)`,
    `CREATE TABLE deliverables (
      number INTEGER PRIMARY KEY AUTOINCREMENT,
      owner TEXT NOT NULL,
      task_id TEXT NOT NULL,
      id TEXT NOT NULL,
      path TEXT NOT NULL,
      version INTEGER NOT NULL,
      sha256 TEXT NOT NULL,
      bytes INTEGER NOT NULL,
      blob_id TEXT NOT NULL UNIQUE REFERENCES blobs (id),
      created_at INTEGER NOT NULL,
      UNIQUE (owner, task_id, id),
      UNIQUE (owner, task_id, path, version)
    ) STRICT`,
  ],
  // Of older runs nobody knows; that they go on is what they were used to.
  [
    `ALTER TABLE journal_runs ADD COLUMN ready INTEGER NOT NULL DEFAULT 1`,
    `ALTER TABLE journal_runs ADD COLUMN mark INTEGER`,
  ],
]

/**
 * Brings a new or older file to this version, in one transaction.
 * @throws StoreError `newer-store`, `not-a-store`; nothing was changed then
 */
export async function migrate(db: SqliteDatabase): Promise<void> {
  const isDone = await db.read((statements) => isCurrent(db.file, statements))
  if (isDone) return
  await db.write((statements) => {
    if (isCurrent(db.file, statements)) return
    const version = numberOf(statements, 'user_version')
    for (const sql of STEPS.slice(version).flat()) statements.run(sql)
    statements.run(`PRAGMA application_id = ${APPLICATION_ID}`)
    statements.run(`PRAGMA user_version = ${STEPS.length}`)
  })
}

/** Another process may have migrated while this one waited. */
function isCurrent(file: string, statements: Statements): boolean {
  const version = numberOf(statements, 'user_version')
  const application = numberOf(statements, 'application_id')
  const isEmpty = statements.get('SELECT 1 FROM sqlite_schema LIMIT 1') === undefined
  if (application !== APPLICATION_ID && !(isEmpty && version === 0))
    throw new StoreError('not-a-store', `${file} is a SQLite file of something else`)
  if (version > STEPS.length) throw newerStore(file, version, STEPS.length)
  return version === STEPS.length
}

function numberOf(statements: Statements, pragma: string): number {
  return Number(statements.get(`PRAGMA ${pragma}`)?.[pragma] ?? 0)
}
