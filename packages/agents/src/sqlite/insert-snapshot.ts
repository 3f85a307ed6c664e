import { assertTaskFence } from '../store/assert-task-fence.ts'
import { insertSnapshotParts } from '../store/insert-snapshot-parts.ts'
import { noBase } from '../store/refusals.ts'
import { newId } from '../store/seed-input.ts'
import { checkNewSnapshot } from '../store/snapshot-input.ts'
import type { NewSnapshot, SnapshotRecord } from '../store/snapshot-record.ts'
import { findSnapshotRow, snapshotRow, toSnapshot } from './snapshot-row.ts'
import { attach, type SqliteContext } from './sqlite-context.ts'
import type { Statements } from './sqlite-database.ts'

export async function insertSnapshot(
  { db, shelf, keys }: SqliteContext,
  snapshot: NewSnapshot,
): Promise<SnapshotRecord> {
  const { data } = checkNewSnapshot(snapshot)
  const { owner, taskId, agent } = snapshot
  const key = { owner, taskId, snapshotId: newId() }
  // Who has lost already need not write anything.
  await db.read((statements) => assertInsertable(statements, snapshot))
  return insertSnapshotParts(shelf, keys, key, snapshot, (archive, manifest) =>
    db.write((statements) => {
      const depth = assertInsertable(statements, snapshot)
      attach(statements, archive)
      attach(statements, manifest)
      statements.run(
        `INSERT INTO snapshots (id, owner, task_id, agent, base_id, depth, verdict, data, archive_id, archive_bytes,
           manifest_id, manifest_bytes, created_at)
         VALUES (?, ?, ?, ?, ?, ?, 'good', ?, ?, ?, ?, ?, ?)`,
        key.snapshotId,
        owner,
        taskId,
        agent,
        snapshot.baseId ?? null,
        depth,
        data,
        archive.blobId,
        archive.bytes,
        manifest.blobId,
        manifest.bytes,
        statements.now,
      )
      return toSnapshot(snapshotRow(statements, key), statements.now)
    }),
  )
}

/** @returns how many snapshots lie below it */
function assertInsertable(statements: Statements, { owner, taskId, baseId, fence }: NewSnapshot): number {
  const task = statements.get('SELECT fence FROM tasks WHERE owner = ? AND id = ?', owner, taskId)
  assertTaskFence({ owner, taskId }, task && Number(task['fence']), fence)
  if (baseId === undefined) return 0
  const base = findSnapshotRow(statements, { owner, taskId, snapshotId: baseId })
  if (base?.verdict !== 'good') throw noBase(baseId)
  return base.depth + 1
}
