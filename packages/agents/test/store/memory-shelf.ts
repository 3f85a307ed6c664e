import type { BlobHeader, BlobShelf, OpenBlob } from '../../src/store/blob-shelf.ts'
import { StoreError } from '../../src/store/store-error.ts'

/** A shelf whose pieces a test may look at and change. */
export class MemoryShelf implements BlobShelf {
  readonly headers = new Map<string, BlobHeader>()
  readonly pieces = new Map<string, Uint8Array[]>()
  /** What `append` waits for. */
  gate: Promise<void> = Promise.resolve()

  begin = async (header: BlobHeader): Promise<void> => {
    this.headers.set(header.blobId, header)
    this.pieces.set(header.blobId, [])
  }

  append = async (blobId: string, _index: number, piece: Uint8Array): Promise<void> => {
    await this.gate
    this.pieces.get(blobId)?.push(piece)
  }

  finish = async (): Promise<void> => undefined

  open = async (blobId: string): Promise<OpenBlob> => {
    const header = this.headers.get(blobId)
    if (!header) throw new StoreError('not-found', 'there is no such blob')
    const pieces = this.pieces.get(blobId) ?? []
    return {
      header,
      pieces: (async function* () {
        yield* pieces
      })(),
    }
  }

  remove = async (blobId: string): Promise<void> => {
    this.headers.delete(blobId)
    this.pieces.delete(blobId)
  }

  /** What lies there, in one piece. */
  sealed(blobId: string): Buffer {
    return Buffer.concat(this.pieces.get(blobId) ?? [])
  }
}
