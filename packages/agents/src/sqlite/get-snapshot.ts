import { checkSnapshotKey } from '../store/snapshot-input.ts'
import type { SnapshotKey, SnapshotRecord } from '../store/snapshot-record.ts'
import { snapshotRow, toSnapshot } from './snapshot-row.ts'
import type { SqliteContext } from './sqlite-context.ts'

export async function getSnapshot({ db }: SqliteContext, key: SnapshotKey): Promise<SnapshotRecord> {
  checkSnapshotKey(key)
  return db.read((statements) => toSnapshot(snapshotRow(statements, key), statements.now))
}
