import { Binary } from 'mongodb'
import type { BlobHeader, BlobShelf, OpenBlob } from '../store/blob-shelf.ts'
import { StoreError } from '../store/store-error.ts'
import type { MongoCollections } from './mongo-context.ts'
import type { BlobDocument } from './mongo-documents.ts'
import { guarded } from './mongo-errors.ts'

/** A writer shows that it lives at least this often while it writes; the sweep's grace is many times longer. */
const TOUCH_MS = 30_000

interface Writing {
  pieces: number
  touchedAt: number
}

/**
 * Blobs are documents of a megabyte, which every server of the protocol can keep. There are no transactions: the
 * blob's own document comes first and goes last, so that whatever is left can be found.
 */
export class MongoBlobShelf implements BlobShelf {
  private readonly blobs: MongoCollections['blobs']
  private readonly pieces: MongoCollections['pieces']
  private readonly writing = new Map<string, Writing>()

  constructor({ blobs, pieces }: MongoCollections) {
    this.blobs = blobs
    this.pieces = pieces
  }

  begin({ blobId, binding, key }: BlobHeader): Promise<void> {
    return guarded(async () => {
      await this.blobs.updateOne(
        { _id: blobId },
        {
          $set: {
            owner: binding.owner,
            kind: binding.kind,
            subject: binding.subject,
            state: 'writing',
            keyId: key.keyId,
            keyProof: key.proof,
            wrappedKey: new Binary(key.wrapped),
            bytes: 0,
            pieces: 0,
          },
          $currentDate: { touchedAt: true },
        },
        { upsert: true },
      )
      this.writing.set(blobId, { pieces: 0, touchedAt: performance.now() })
    })
  }

  append(blobId: string, index: number, piece: Uint8Array): Promise<void> {
    return guarded(async () => {
      const writing = this.writing.get(blobId)
      if (!writing) throw new StoreError('closed', 'the store was closed while content was written')
      await this.pieces.insertOne({ _id: `${blobId}:${index}`, blobId, data: new Binary(piece) })
      writing.pieces = index + 1
      if (performance.now() - writing.touchedAt < TOUCH_MS) return
      await this.mark(blobId, 'writing', {})
      writing.touchedAt = performance.now()
    })
  }

  finish(blobId: string, bytes: number): Promise<void> {
    return guarded(async () => {
      const pieces = this.writing.get(blobId)?.pieces ?? 0
      this.writing.delete(blobId)
      await this.mark(blobId, 'writing', { state: 'stored', bytes, pieces })
    })
  }

  /**
   * Right before a record names the blob. A sweep that has looked at it does not remove it any more; one that looks
   * later finds it too young for a long time.
   * @throws StoreError `conflict` when it was swept
   */
  touch(blobId: string): Promise<void> {
    return guarded(() => this.mark(blobId, 'stored', {}))
  }

  open(blobId: string): Promise<OpenBlob> {
    return guarded(async () => {
      const document = await this.blobs.findOne({ _id: blobId, state: 'stored' })
      if (!document) throw gone(blobId)
      return {
        header: headerOf(document),
        pieces: this.read(blobId, document.pieces),
      }
    })
  }

  remove(blobId: string): Promise<void> {
    return guarded(async () => {
      this.writing.delete(blobId)
      await this.blobs.updateOne({ _id: blobId }, { $set: { state: 'removing' } })
      await this.pieces.deleteMany({ blobId })
      await this.blobs.deleteOne({ _id: blobId })
    })
  }

  private async *read(blobId: string, pieces: number): AsyncGenerator<Uint8Array> {
    for (let index = 0; index < pieces; index += 1) {
      const piece = await guarded(() => this.pieces.findOne({ _id: `${blobId}:${index}` }))
      if (piece) yield piece.data.buffer
      else throw await this.missing(blobId, index)
    }
  }

  private async missing(blobId: string, index: number): Promise<StoreError> {
    const isThere = await guarded(() => this.blobs.findOne({ _id: blobId, state: 'stored' }))
    if (!isThere) return new StoreError('conflict', 'the content was replaced or removed while it was read')
    return new StoreError('corrupt', `piece ${index} of the content is missing`)
  }

  private async mark(
    blobId: string,
    state: BlobDocument['state'],
    change: Partial<Pick<BlobDocument, 'state' | 'bytes' | 'pieces'>>,
  ): Promise<void> {
    const { matchedCount } = await this.blobs.updateOne(
      { _id: blobId, state },
      { ...(Object.keys(change).length > 0 && { $set: change }), $currentDate: { touchedAt: true } },
    )
    if (matchedCount === 0)
      throw new StoreError('conflict', 'writing the content took so long that it was swept away')
  }
}

export function headerOf(document: BlobDocument): BlobHeader {
  const { _id, owner, kind, subject, keyId, keyProof, wrappedKey } = document
  return {
    blobId: _id,
    binding: { owner, kind, subject },
    key: { keyId, proof: keyProof, wrapped: wrappedKey.buffer },
  }
}

const gone = (blobId: string): StoreError => new StoreError('not-found', `there is no blob ${blobId}`)
