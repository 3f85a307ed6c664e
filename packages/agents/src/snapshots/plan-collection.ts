import type { SnapshotRecord } from '../store/snapshot-record.ts'
import { chainOf, newestChain } from './chain.ts'
import { bytesOf } from './snapshot-data.ts'

/** Which snapshots of a task are kept: those that every rule lets stay. The newest good one always is. */
export interface Retention {
  /** How many. @default 10 */
  readonly count?: number
  /** How old, in milliseconds. @default any age */
  readonly maxAgeMs?: number
  /** How much altogether, in the store. @default any size */
  readonly maxBytes?: number
}

/**
 * What may go of the snapshots of one task, in the order in which it can be deleted. What a kept one is laid over
 * stays, whatever the rules say; it counts as bytes, not as one of the kept.
 */
export function planCollection(
  records: readonly SnapshotRecord[],
  retention: Retention,
  now: number,
): readonly SnapshotRecord[] {
  const { count = 10, maxAgeMs = Infinity, maxBytes = Infinity } = retention
  const newest = newestChain(records)
  const kept = new Set(newest)
  let chosen = newest ? 1 : 0
  let bytes = sum(kept)
  const newestFirst = records.toSorted((one, other) => other.number - one.number)
  for (const record of newestFirst) {
    const chain = chainOf(record, records)
    if (!chain || record === newest?.at(-1)) continue
    const more = new Set(chain.filter((one) => !kept.has(one)))
    const isTooMuch = bytes + sum(more) > maxBytes
    if (chosen >= count || now - record.createdAt > maxAgeMs || isTooMuch) break
    chosen += 1
    bytes += sum(more)
    for (const one of more) kept.add(one)
  }
  return newestFirst.filter((record) => !kept.has(record))
}

function sum(records: Iterable<SnapshotRecord>): number {
  let bytes = 0
  for (const record of records) bytes += bytesOf(record)
  return bytes
}
