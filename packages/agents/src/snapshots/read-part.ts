import type { SnapshotKey, SnapshotPart } from '../store/snapshot-record.ts'
import type { Store } from '../store/store.ts'

/** A part that is small enough to be held: a list. */
export async function readPart(store: Store, key: SnapshotKey, part: SnapshotPart): Promise<Uint8Array> {
  const { content } = await store.snapshots.read(key, part)
  const pieces: Uint8Array[] = []
  for await (const piece of content) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** A part that is opened when its first byte is asked for. */
export async function* streamPart(
  store: Store,
  key: SnapshotKey,
  part: SnapshotPart,
): AsyncGenerator<Uint8Array> {
  const { content } = await store.snapshots.read(key, part)
  yield* content
}
