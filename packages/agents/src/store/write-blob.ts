import { randomBytes } from 'node:crypto'
import type { BlobBinding, BlobShelf } from './blob-shelf.ts'
import { CHUNK_BYTES, ChunkCipher, SEALED_CHUNK_BYTES } from './crypto/chunk-cipher.ts'
import { createDataKey, currentKey, wrapDataKey } from './crypto/data-key.ts'
import { rechunk } from './crypto/rechunk.ts'
import type { KeyProvider } from './key-provider.ts'
import type { Content } from './seed-record.ts'

/** Sealed chunks that are stored together: enough for speed, little enough for a document and for the memory. */
const PIECE_BYTES = 16 * SEALED_CHUNK_BYTES

/** A blob that is whole and durable, and that no record names yet. */
export interface StoredBlob {
  readonly blobId: string
  readonly bytes: number
}

/**
 * Encrypts `content` and lays it on the shelf. Reads no further than the shelf can take, and holds about three pieces
 * of a megabyte. When it fails it removes what it wrote; when it dies, the sweep does.
 * @throws whatever `content` throws, and `signal.reason`
 */
export async function writeBlob(
  shelf: BlobShelf,
  keys: KeyProvider,
  binding: BlobBinding,
  { content, signal }: { readonly content: Content; readonly signal?: AbortSignal | undefined },
): Promise<StoredBlob> {
  signal?.throwIfAborted()
  const dataKey = createDataKey()
  const blobId = randomBytes(16).toString('hex')
  await shelf.begin({ blobId, binding, key: wrapDataKey(dataKey, await currentKey(keys), binding) })
  try {
    const bytes = await appendAll(shelf, blobId, new ChunkCipher(dataKey, binding), { content, signal })
    signal?.throwIfAborted()
    await shelf.finish(blobId, bytes)
    return { blobId, bytes }
  } catch (error) {
    await shelf.remove(blobId).catch(() => undefined) // what can't be removed now is swept
    throw error
  } finally {
    dataKey.fill(0)
  }
}

async function appendAll(
  shelf: BlobShelf,
  blobId: string,
  cipher: ChunkCipher,
  { content, signal }: { readonly content: Content; readonly signal?: AbortSignal | undefined },
): Promise<number> {
  const appending = new Appending(shelf, blobId)
  let piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
  let [filled, chunks, bytes] = [0, 0, 0]
  try {
    for await (const { bytes: chunk, isLast } of rechunk(content, CHUNK_BYTES)) {
      signal?.throwIfAborted()
      filled = cipher.sealInto(piece, filled, chunk, chunks++, isLast)
      bytes += chunk.length
      if (filled < PIECE_BYTES && !isLast) continue
      await appending.append(piece.subarray(0, filled))
      if (!isLast) piece = Buffer.allocUnsafeSlow(PIECE_BYTES)
      filled = 0
    }
    return bytes
  } finally {
    await appending.settled()
  }
}

/** Lets one piece be stored while the next one is encrypted. */
class Appending {
  private readonly shelf: BlobShelf
  private readonly blobId: string
  private pieces = 0
  private latest: Promise<void> = Promise.resolve()

  constructor(shelf: BlobShelf, blobId: string) {
    this.shelf = shelf
    this.blobId = blobId
  }

  /** Resolves when the piece before this one is stored. */
  async append(piece: Uint8Array): Promise<void> {
    await this.latest
    this.latest = this.shelf.append(this.blobId, this.pieces++, piece)
    this.latest.catch(() => undefined) // told to whoever waits for it
  }

  /** Resolves when nothing is on its way any more; rejects when it did not arrive. */
  settled(): Promise<void> {
    return this.latest
  }
}
