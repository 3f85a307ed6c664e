import { randomBytes } from 'node:crypto'
import type { BlobBinding, BlobShelf } from './blob-shelf.ts'
import { CHUNK_BYTES, ChunkCipher } from './crypto/chunk-cipher.ts'
import { createDataKey, currentKey, wrapDataKey } from './crypto/data-key.ts'
import { rechunk } from './crypto/rechunk.ts'
import type { KeyProvider } from './key-provider.ts'
import type { Content } from './seed-record.ts'

/** Sealed chunks that are stored together: enough for speed, little enough for a document and for the memory. */
const CHUNKS_PER_PIECE = 16

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
  let piece: Buffer[] = []
  let [chunks, pieces, bytes] = [0, 0, 0]
  for await (const { bytes: chunk, isLast } of rechunk(content, CHUNK_BYTES)) {
    signal?.throwIfAborted()
    piece.push(cipher.seal(chunk, chunks++, isLast))
    bytes += chunk.length
    if (piece.length < CHUNKS_PER_PIECE && !isLast) continue
    await shelf.append(blobId, pieces++, Buffer.concat(piece))
    piece = []
  }
  return bytes
}
