import type { FileHandle } from 'node:fs/promises'

/** What is written at once: each write is handed to another thread, which costs more than 32 KiB are worth. */
const BATCH_BYTES = 1024 * 1024
/** What comes slowly is not kept back for longer. */
const BATCH_MS = 100

/** Small pieces together, as they are. */
export async function* inBatches(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<readonly Uint8Array[], void> {
  let pieces: Uint8Array[] = []
  let bytes = 0
  let begunAt = performance.now()
  for await (const piece of source) {
    pieces.push(piece)
    bytes += piece.length
    if (bytes < BATCH_BYTES && performance.now() - begunAt < BATCH_MS) continue
    yield pieces
    pieces = []
    bytes = 0
    begunAt = performance.now()
  }
  if (bytes > 0) yield pieces
}

/** Writes all of them, one behind the other. @returns how many bytes there were */
export async function writeAll(file: FileHandle, pieces: readonly Uint8Array[], at: number): Promise<number> {
  const bytes = pieces.reduce((sum, piece) => sum + piece.length, 0)
  let { bytesWritten } = await file.writev([...pieces], at)
  // A disk that is nearly full takes a part, and says why with the next one.
  if (bytesWritten < bytes) {
    const whole = Buffer.concat(pieces)
    while (bytesWritten < bytes)
      bytesWritten += (await file.write(whole, bytesWritten, bytes - bytesWritten, at + bytesWritten))
        .bytesWritten
  }
  return bytes
}
