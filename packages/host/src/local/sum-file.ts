import { createHash, type Hash } from 'node:crypto'
import type { FileHandle } from 'node:fs/promises'

/** What is read at once. */
const PIECE_BYTES = 1024 * 1024

export interface Content {
  readonly bytes: number
  readonly sha256: string
}

/** From its beginning to its end, or to `end`. */
export async function sumOf(handle: FileHandle, check: () => void, end?: number): Promise<Content> {
  const { hash, bytes } = await hashOf(handle, check, end)
  return { bytes, sha256: hash.digest('hex') }
}

/** As `sumOf`, for whoever goes on from there. */
export async function hashOf(
  handle: FileHandle,
  check: () => void,
  end: number = Number.MAX_SAFE_INTEGER,
): Promise<{ readonly hash: Hash; readonly bytes: number }> {
  const hash = createHash('sha256')
  const buffer = Buffer.allocUnsafe(PIECE_BYTES)
  for (let bytes = 0; ;) {
    const { bytesRead } = await handle.read(buffer, 0, Math.min(buffer.length, end - bytes), bytes)
    check()
    if (bytesRead === 0) return { hash, bytes }
    hash.update(buffer.subarray(0, bytesRead))
    bytes += bytesRead
  }
}

export function isSame(one: Content, other: Content): boolean {
  return one.bytes === other.bytes && one.sha256 === other.sha256
}
