import { checkVerdict } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord, SnapshotVerdict } from '../store/snapshot-record.ts'
import { snapshotRow, toSnapshot } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function markSnapshot(
  { db }: SqliteContext,
  key: SnapshotKey,
  verdict: SnapshotVerdict,
): Promise<SnapshotRecord> {
  checkVerdict(key, verdict)
  return db.write((statements) => {
    const row = snapshotRow(statements, key)
    statements.run('UPDATE snapshots SET verdict = ? WHERE number = ?', verdict, row.number)
    return toSnapshot({ ...row, verdict }, statements.now)
  })
}
