import type { SnapshotRecord } from '../store/snapshot-record.ts'

/**
 * The snapshots that one needs, from the one that stands for itself up to it; `undefined` when one of them is bad or
 * gone.
 * @param records all of the task
 */
export function chainOf(
  snapshot: SnapshotRecord,
  records: readonly SnapshotRecord[],
): readonly SnapshotRecord[] | undefined {
  const byId = new Map(records.map((record) => [record.snapshotId, record]))
  const chain: SnapshotRecord[] = []
  // A base was there before what is laid over it, so its number is smaller: no circle, whatever the store says.
  for (let at = byId.get(snapshot.snapshotId); ;) {
    if (at?.verdict !== 'good') return undefined
    chain.unshift(at)
    if (at.baseId === undefined) return chain
    const base = byId.get(at.baseId)
    if (base && base.number >= at.number) return undefined
    at = base
  }
}

/** The newest whose whole chain is good, with its chain. */
export function newestChain(records: readonly SnapshotRecord[]): readonly SnapshotRecord[] | undefined {
  const newestFirst = records.toSorted((one, other) => other.number - one.number)
  for (const record of newestFirst) {
    const chain = chainOf(record, records)
    if (chain) return chain
  }
  return undefined
}

/** Those that can't be restored without `snapshot`, newest first, itself included. */
export function dependents(
  snapshot: SnapshotRecord,
  records: readonly SnapshotRecord[],
): readonly SnapshotRecord[] {
  const ids = new Set([snapshot.snapshotId])
  const oldestFirst = records.toSorted((one, other) => one.number - other.number)
  for (const { snapshotId, baseId } of oldestFirst)
    if (baseId !== undefined && ids.has(baseId)) ids.add(snapshotId)
  return oldestFirst.filter(({ snapshotId }) => ids.has(snapshotId)).reverse()
}
