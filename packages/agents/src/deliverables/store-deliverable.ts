import { HostError, type Host } from '@x/host'
import { insistOnStore } from '../journal/insist-on-store.ts'
import type { SessionTask } from '../journal/session-journal.ts'
import type { DeliverableOperations, DeliverableRecord } from '../store/deliverable.ts'
import { StoreError } from '../store/store-error.ts'
import type { DeliverableFate } from './deliverable-replies.ts'
import type { DeliverablePath } from './deliverable-path.ts'

export interface StoreDeliverableOptions {
  readonly host: Host
  /** The work directory: nothing outside of it is read, wherever links lead. */
  readonly directory: string
  readonly deliverables: DeliverableOperations
  readonly task: SessionTask
  readonly maxBytes: number
  readonly storeMs: number
  readonly signal: AbortSignal
}

/** What could be had of an announced file, or why it could not. */
export type StoredDeliverable =
  | { readonly type: 'stored'; readonly record: DeliverableRecord }
  | { readonly type: 'refused'; readonly fate: DeliverableFate }

/**
 * Streams an announced file from the machine into the store, under an id of the announcement: what was stored for it
 * once is not read again.
 * @throws HostError when the machine is out of reach; StoreError; the reason of `signal`
 */
export async function storeDeliverable(
  options: StoreDeliverableOptions,
  deliverableId: string,
  found: Extract<DeliverablePath, { type: 'inside' }>,
): Promise<StoredDeliverable> {
  const { deliverables, task } = options
  const { owner, taskId, fence } = task
  const key = { owner, taskId, deliverableId }
  try {
    const known = await insistOnStore(() => knownOne(deliverables, key), options)
    if (known) return { type: 'stored', record: known }
    await assertReadable(options, found.path)
    const record = await insistOnStore(
      () =>
        deliverables.insert({
          ...key,
          path: found.name,
          content: contentOf(options, found.path),
          signal: options.signal,
          ...(fence !== undefined && { fence }),
        }),
      options,
    )
    return { type: 'stored', record }
  } catch (error) {
    const fate = fateOf(error, options.maxBytes)
    if (!fate) throw error
    return { type: 'refused', fate }
  }
}

type Key = Parameters<DeliverableOperations['get']>[0]

async function knownOne(
  deliverables: DeliverableOperations,
  key: Key,
): Promise<DeliverableRecord | undefined> {
  try {
    return await deliverables.get(key)
  } catch (error) {
    if (error instanceof StoreError && error.code === 'not-found') return undefined
    throw error
  }
}

/** So that nothing is begun for a file that is missing or too large from the start. */
async function assertReadable(
  { host, directory, maxBytes }: StoreDeliverableOptions,
  path: string,
): Promise<void> {
  const stat = await host.files.stat(path, { within: directory })
  if (!stat) throw new HostError('not-found', 'there is no such file')
  if (stat.type === 'directory') throw new HostError('io', 'it is a directory')
  if (stat.type === 'file' && stat.size > maxBytes) throw new HostError('too-large', 'the file is too large')
}

/** No more than `maxBytes`, also of a file that grows. */
async function* contentOf(
  { host, directory, maxBytes, signal }: StoreDeliverableOptions,
  path: string,
): AsyncGenerator<Uint8Array> {
  let bytes = 0
  for await (const piece of host.files.readStream(path, { within: directory, signal })) {
    bytes += piece.length
    if (bytes > maxBytes) throw new HostError('too-large', 'the file is too large')
    yield piece
  }
}

/** `undefined` for what is not about the file. */
function fateOf(error: unknown, maxBytes: number): DeliverableFate | undefined {
  if (!(error instanceof HostError)) return undefined
  switch (error.code) {
    case 'outside':
      return { type: 'outside' }
    case 'not-found':
    case 'not-a-directory':
      return { type: 'missing' }
    case 'too-large':
      return { type: 'too-large', maxBytes }
    case 'permission-denied':
    case 'io':
      return { type: 'unreadable', why: error.message.slice(0, 300) }
    default:
      return undefined
  }
}
