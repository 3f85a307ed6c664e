import { archive, parseManifest, type Archive, type Host, type Manifest } from '@x/host'
import { checkWord } from '../store/check.ts'
import type { Json } from '../store/json.ts'
import type { NewSnapshot, SnapshotRecord } from '../store/snapshot-record.ts'
import { StoreError } from '../store/store-error.ts'
import type { TaskKey } from '../store/task-record.ts'
import { assertNoCredential } from './assert-no-credential.ts'
import { newestChain } from './chain.ts'
import { changedBytes } from './changed-bytes.ts'
import { readPart } from './read-part.ts'
import { assertOnlyTakesAway, loginPaths, renderExclude } from './snapshot-content.ts'
import { renderSnapshotData, summarise, type SnapshotSummary } from './snapshot-data.ts'
import { rulesOf, type SnapshotsContext } from './snapshots-context.ts'

/** How far a snapshot has come. */
export interface TakeProgress {
  /** `listing` what there is, then `storing` it. */
  readonly phase: 'listing' | 'storing'
  /** Compressed bytes that were stored so far. */
  readonly bytes: number
  /** How many entries will be stored; known once they were listed. */
  readonly entryCount?: number
}

export interface TakeOptions extends TaskKey {
  readonly host: Host
  /** The session's directory on that host: absolute. What of it belongs in, the rules of the agent say. */
  readonly directory: string
  readonly agent: string
  /** The number of the task's record, when the store has one: who has lost the task takes no snapshot. */
  readonly fence?: number
  /** What is needed beside the files. Not encrypted, so never a secret. */
  readonly resumeRef: Json
  /** How the session stands, in a word of the wrapper's. */
  readonly endState: string
  /** What else is left out, as in `.gitignore`; takes nothing back. @default nothing */
  readonly exclude?: readonly string[]
  /** True for one that stands for itself. @default when the chain is long or much has changed */
  readonly whole?: boolean
  /** Ends it; nothing is kept. */
  readonly signal?: AbortSignal
  readonly onProgress?: (progress: TakeProgress) => void
}

/**
 * Keeps what a session needs to go on elsewhere: the archive goes from the machine to the store as it comes. What has
 * changed since the newest good one is enough, unless that is too much.
 *
 * A snapshot of a session that works is one of many moments; take it when nothing is being written. It is there whole,
 * or not at all.
 * @throws SnapshotError `unknown-agent`, `credential-inside`
 * @throws StoreError `lease-lost` when the task was adopted; HostError; the reason of `signal`
 */
export async function takeSnapshot(
  context: SnapshotsContext,
  options: TakeOptions,
): Promise<SnapshotSummary> {
  const { owner, taskId, agent, endState, exclude = [], whole = false, signal } = options
  const rules = rulesOf(context, agent)
  checkWord('endState', endState)
  assertOnlyTakesAway(exclude)
  signal?.throwIfAborted()
  const patterns = [...renderExclude(rules), ...exclude]
  const base = whole ? undefined : await findBase(context, { owner, taskId }, agent)
  options.onProgress?.({ phase: 'listing', bytes: 0 })
  const source = await listSource(context, options, patterns, base)
  await assertNoCredential(
    options.host,
    options.directory,
    source.archive.manifest,
    loginPaths(rules, context.seeds),
  )
  try {
    return await storeSource(context, options, source)
  } catch (error) {
    // The base was marked or deleted meanwhile.
    if (!(error instanceof StoreError) || error.code !== 'conflict' || source.baseId === undefined)
      throw error
    return takeSnapshot(context, { ...options, whole: true })
  }
}

interface Base {
  readonly snapshot: SnapshotRecord
  readonly manifest: Manifest
}

interface Source {
  readonly archive: Archive
  readonly baseId?: string
}

/** What an increment may be laid over. One whose list is damaged is none, nor can it be restored. */
async function findBase(
  { store, limits }: SnapshotsContext,
  key: TaskKey,
  agent: string,
): Promise<Base | undefined> {
  const chain = newestChain(await store.snapshots.list(key))
  const snapshot = chain?.at(-1)
  if (snapshot?.agent !== agent || snapshot.depth >= limits.maxIncrements) return undefined
  try {
    return { snapshot, manifest: parseManifest(await readPart(store, snapshot, 'manifest')) }
  } catch (error) {
    if (!(error instanceof StoreError) || error.code !== 'corrupt') throw error
    await store.snapshots.mark(snapshot, 'bad')
    return undefined
  }
}

async function listSource(
  { limits }: SnapshotsContext,
  { host, directory, signal, onProgress }: TakeOptions,
  exclude: readonly string[],
  base: Base | undefined,
): Promise<Source> {
  let entryCount = 0
  const options = {
    exclude,
    ...(signal && { signal }),
    onProgress: ({ bytes }: { readonly bytes: number }) =>
      onProgress?.({ phase: 'storing', bytes, entryCount }),
  }
  if (base) {
    const increment = await archive(host, directory, { ...options, base: base.manifest })
    entryCount = increment.entryCount
    const { manifest } = increment
    const mayChange = manifest.totalBytes * limits.maxShare
    if (changedBytes(base.manifest, manifest) <= mayChange)
      return { archive: increment, baseId: base.snapshot.snapshotId }
  }
  const whole = await archive(host, directory, options)
  entryCount = whole.entryCount
  return { archive: whole }
}

async function storeSource(
  { store }: SnapshotsContext,
  { owner, taskId, agent, fence, resumeRef, endState, signal }: TakeOptions,
  { archive: { stream, manifest }, baseId }: Source,
): Promise<SnapshotSummary> {
  const snapshot: NewSnapshot = {
    owner,
    taskId,
    agent,
    data: renderSnapshotData(resumeRef, endState),
    archive: stream,
    manifest: [manifest.toBytes()],
    ...(baseId !== undefined && { baseId }),
    ...(fence !== undefined && { fence }),
    ...(signal && { signal }),
  }
  return summarise(await store.snapshots.insert(snapshot))
}
