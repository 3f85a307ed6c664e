import { checkHold } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { snapshotRow, toSnapshot } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function holdSnapshot(
  { db }: SqliteContext,
  key: SnapshotKey,
  options: { readonly forMs: number },
): Promise<SnapshotRecord> {
  checkHold(key, options)
  return db.write((statements) => {
    const row = snapshotRow(statements, key)
    const until = Math.max(row.held_until ?? 0, statements.now + options.forMs)
    statements.run('UPDATE snapshots SET held_until = ? WHERE number = ?', until, row.number)
    return toSnapshot({ ...row, held_until: until }, statements.now)
  })
}
