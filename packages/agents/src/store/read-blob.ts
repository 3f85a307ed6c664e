import type { BlobBinding, BlobShelf, OpenBlob } from './blob-shelf.ts'
import { ChunkCipher, SEALED_CHUNK_BYTES } from './crypto/chunk-cipher.ts'
import { unwrapDataKey } from './crypto/data-key.ts'
import { readAhead } from './crypto/read-ahead.ts'
import { rechunk } from './crypto/rechunk.ts'
import type { KeyProvider } from './key-provider.ts'
import { StoreError } from './store-error.ts'

/** Handed out together: whoever writes them to a file has a sixteenth of the work. */
const CHUNKS_AT_ONCE = 16

/**
 * Opens a blob, whose key is checked at once. Each chunk is handed out after its own tag was checked, and the end is an
 * end only if it was sealed as one.
 * @param expected what the record that names the blob says about it
 * @throws StoreError `not-found`, `wrong-key`, `corrupt`
 */
export async function readBlob(
  shelf: BlobShelf,
  keys: KeyProvider,
  blobId: string,
  expected: { readonly binding: BlobBinding; readonly bytes: number },
): Promise<AsyncIterable<Uint8Array>> {
  const blob = await shelf.open(blobId)
  // Not the binding that lies beside the blob: whoever moved it would have moved that as well.
  const dataKey = await unwrapDataKey(blob.header.key, keys, expected.binding)
  return openChunks(blob, new ChunkCipher(dataKey, expected.binding), expected.bytes)
}

async function* openChunks(
  blob: OpenBlob,
  cipher: ChunkCipher,
  expectedBytes: number,
): AsyncGenerator<Uint8Array> {
  let [index, bytes] = [0, 0]
  let opened: Buffer[] = []
  for await (const { bytes: sealed, isLast } of rechunk(readAhead(blob.pieces), SEALED_CHUNK_BYTES)) {
    opened.push(cipher.open(sealed, index++, isLast))
    if (opened.length < CHUNKS_AT_ONCE && !isLast) continue
    const piece = opened.length === 1 && opened[0] ? opened[0] : Buffer.concat(opened)
    opened = []
    bytes += piece.length
    if (piece.length > 0) yield piece
  }
  if (bytes !== expectedBytes)
    throw new StoreError('corrupt', `the content has ${bytes} bytes, its record says ${expectedBytes}`)
}
