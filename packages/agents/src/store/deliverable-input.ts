import { createHash } from 'node:crypto'
import { attachBlob } from './attach-blob.ts'
import type { BlobBinding, BlobShelf } from './blob-shelf.ts'
import { checkCount, checkId, checkWord } from './check.ts'
import type { DeliverableFilter, DeliverableKey, DeliverableRecord, NewDeliverable } from './deliverable.ts'
import type { KeyProvider } from './key-provider.ts'
import type { Content } from './seed-record.ts'
import { checkTaskKey } from './task-input.ts'
import type { StoredBlob } from './write-blob.ts'

/** What both stores do with what callers hand in. Checks throw before anything was read or written. */

const MAX_PATH_BYTES = 4096

export function checkDeliverableKey(key: DeliverableKey): void {
  checkTaskKey(key)
  checkId('deliverableId', key.deliverableId)
}

export function checkNewDeliverable(deliverable: NewDeliverable): void {
  checkDeliverableKey(deliverable)
  checkPath(deliverable.path)
  if (deliverable.fence !== undefined) checkCount('fence', deliverable.fence)
}

export function checkDeliverableFilter({ owner, taskId, path }: DeliverableFilter): void {
  checkWord('owner', owner)
  if (taskId !== undefined) checkId('taskId', taskId)
  if (path !== undefined) checkPath(path)
}

export function deliverableBinding({ owner, taskId, deliverableId }: DeliverableKey): BlobBinding {
  return { owner, kind: 'deliverable', subject: `${taskId}/${deliverableId}` }
}

/** Writes the content and takes its sum, then lets `attach` name it in a record. */
export function insertDeliverableContent(
  shelf: BlobShelf,
  keys: KeyProvider,
  deliverable: NewDeliverable,
  attach: (blob: StoredBlob, sha256: string) => Promise<DeliverableRecord>,
): Promise<DeliverableRecord> {
  const hash = createHash('sha256')
  const summed = async function* (content: Content): AsyncGenerator<Uint8Array> {
    for await (const piece of content) {
      hash.update(piece)
      yield piece
    }
  }
  const source = { content: summed(deliverable.content), signal: deliverable.signal }
  return attachBlob(shelf, keys, deliverableBinding(deliverable), source, (blob) =>
    attach(blob, hash.digest('hex')),
  )
}

function checkPath(path: string): void {
  const isPath =
    typeof path === 'string' &&
    Buffer.byteLength(path) <= MAX_PATH_BYTES &&
    !/[\p{Cc}\p{Surrogate}]/u.test(path) &&
    path.split('/').every((name) => name !== '' && name !== '.' && name !== '..')
  if (!isPath) throw new TypeError('expected path to be a relative path without control characters')
}
