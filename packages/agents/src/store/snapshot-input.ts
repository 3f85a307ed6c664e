import type { BlobBinding } from './blob-shelf.ts'
import { checkCount, checkId, checkMs, checkWord, renderData } from './check.ts'
import type {
  SnapshotFilter,
  SnapshotKey,
  SnapshotPart,
  SnapshotVerdict,
  NewSnapshot,
} from './snapshot-record.ts'
import { checkTaskKey } from './task-input.ts'

/** What both stores do with what callers hand in. Everything here throws before anything was read or written. */

export function checkSnapshotKey(key: SnapshotKey): void {
  checkTaskKey(key)
  checkId('snapshotId', key.snapshotId)
}

export function checkNewSnapshot(snapshot: NewSnapshot): { readonly data: string } {
  checkTaskKey(snapshot)
  checkId('agent', snapshot.agent)
  if (snapshot.baseId !== undefined) checkId('baseId', snapshot.baseId)
  if (snapshot.fence !== undefined) checkCount('fence', snapshot.fence)
  return { data: renderData(snapshot.data) }
}

export function checkSnapshotFilter({ owner, taskId }: SnapshotFilter): void {
  checkWord('owner', owner)
  if (taskId !== undefined) checkId('taskId', taskId)
}

export function checkVerdict(key: SnapshotKey, verdict: SnapshotVerdict): void {
  checkSnapshotKey(key)
  if (!['good', 'bad'].includes(verdict)) throw new TypeError('expected verdict to be good or bad')
}

export function checkHold(key: SnapshotKey, { forMs }: { readonly forMs: number }): void {
  checkSnapshotKey(key)
  checkMs('forMs', forMs)
}

/** What a part is bound to: neither another task's nor the other part can take its place. */
export function snapshotBinding({ owner, taskId, snapshotId }: SnapshotKey, part: SnapshotPart): BlobBinding {
  return { owner, kind: `snapshot-${part}`, subject: `${taskId}/${snapshotId}` }
}
