import { restore, type ArchiveLimits, type Host } from '@x/host'
import type { SnapshotRecord } from '../store/snapshot-record.ts'
import type { Store } from '../store/store.ts'
import { StoreError } from '../store/store-error.ts'
import type { TaskKey } from '../store/task-record.ts'
import { chainOf, dependents, newestChain } from './chain.ts'
import { streamPart } from './read-part.ts'
import { summarise, type SnapshotSummary } from './snapshot-data.ts'
import { SnapshotError } from './snapshot-error.ts'
import type { SnapshotsContext } from './snapshots-context.ts'

/** How long nothing that is read can be deleted after a reader has died. */
const HOLD_MS = 60_000
const HOLD_AGAIN_MS = HOLD_MS / 3

export interface RestoreProgress {
  /** Compressed bytes that were read so far, and in all. */
  readonly bytes: number
  readonly totalBytes: number
}

export interface RestoreSnapshotOptions extends TaskKey {
  readonly host: Host
  /** What the snapshot takes the place of, as a whole: absolute. It need not be there; its parent must. */
  readonly target: string
  /** @default the newest good one */
  readonly snapshotId?: string
  /** What the snapshot may make of the machine. */
  readonly limits?: ArchiveLimits
  /** Ends it; what was there stays. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: RestoreProgress) => void
}

/**
 * Puts a snapshot in the place of a directory: the one that stands for itself, then its increments. When it fails, what
 * was there is there untouched. Nothing that it reads can be deleted meanwhile.
 *
 * One that turns out to be damaged is marked bad with all that is laid over it, so that the next call takes an older one.
 * @throws SnapshotError `none`, `broken-chain`; StoreError `not-found`, `corrupt`, `wrong-key`; HostError; the reason
 * of `signal`
 */
export async function restoreSnapshot(
  { store }: SnapshotsContext,
  { host, target, owner, taskId, snapshotId, limits, signal, onProgress }: RestoreSnapshotOptions,
): Promise<SnapshotSummary> {
  signal?.throwIfAborted()
  const chain = await findChain(store, { owner, taskId }, snapshotId)
  await using _ = await holdAll(store, chain)
  let failed: SnapshotRecord | undefined
  const streams = chain.map(async function* (snapshot) {
    try {
      yield* streamPart(store, snapshot, 'archive')
    } catch (error) {
      // Those behind it may be begun too, only to be ended.
      failed ??= snapshot
      throw error
    }
  })
  const totalBytes = chain.reduce((sum, { archiveBytes }) => sum + archiveBytes, 0)
  try {
    await restore(host, streams, target, {
      ...(limits && { limits }),
      ...(signal && { signal }),
      onProgress: ({ bytes }) => onProgress?.({ bytes, totalBytes }),
    })
  } catch (error) {
    if (failed && error instanceof StoreError && error.code === 'corrupt') await markBad(store, failed)
    throw error
  }
  return summarise(chain.at(-1) as SnapshotRecord)
}

/** Marks it, and what can't be restored without it. */
export async function markBad(store: Store, snapshot: SnapshotRecord): Promise<void> {
  const all = dependents(snapshot, await store.snapshots.list(snapshot))
  for (const one of all) await store.snapshots.mark(one, 'bad')
}

async function findChain(
  store: Store,
  key: TaskKey,
  snapshotId: string | undefined,
): Promise<readonly SnapshotRecord[]> {
  if (snapshotId === undefined) {
    const newest = newestChain(await store.snapshots.list(key))
    if (!newest) throw new SnapshotError('none', `task ${key.taskId} has no good snapshot`)
    return newest
  }
  const wanted = await store.snapshots.get({ ...key, snapshotId })
  const chain = chainOf(wanted, await store.snapshots.list(key))
  if (!chain)
    throw new SnapshotError('broken-chain', `snapshot ${snapshotId}, or one below it, is bad or gone`)
  return chain
}

/** Keeps all of them from being deleted for as long as they are read. @throws StoreError `not-found` */
export async function holdAll(store: Store, chain: readonly SnapshotRecord[]): Promise<AsyncDisposable> {
  const hold = async (): Promise<void> => {
    for (const snapshot of chain) await store.snapshots.hold(snapshot, { forMs: HOLD_MS })
  }
  await hold()
  let holding: Promise<void> = Promise.resolve()
  // One that comes too late is told to the reader by the store, which says that the content is gone.
  const again = (): void => {
    holding = hold().catch(() => undefined)
  }
  const timer = setInterval(again, HOLD_AGAIN_MS).unref()
  return {
    async [Symbol.asyncDispose]() {
      clearInterval(timer)
      await holding
    },
  }
}
