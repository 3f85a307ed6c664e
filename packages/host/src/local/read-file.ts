import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'
import { HostError } from '../errors.ts'

const FIRST_READ_BYTES = 64 * 1024
const PIECE_BYTES = 256 * 1024

/**
 * Opens a regular file to read it. Without blocking, so that a FIFO without a writer can be refused rather than waited for.
 * @param named what messages call it
 */
export async function openRegular(file: string, named: string = file, flags = 0): Promise<FileHandle> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY } = constants
  const handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | flags)
  try {
    if ((await handle.stat()).isFile()) return handle
    throw new HostError('io', `not a regular file: cannot read ${named}`)
  } catch (error) {
    await handle.close()
    throw error
  }
}

export async function readBounded(file: string, maxBytes: number, named: string): Promise<Buffer> {
  const handle = await openRegular(file, named)
  try {
    const { size } = await handle.stat()
    const tooLarge = () => new HostError('too-large', `more than ${maxBytes} bytes in ${named}`)
    if (size > maxBytes) throw tooLarge()
    // One byte more than it should have shows the end, or that it grew. Files of /proc claim size 0.
    let buffer = Buffer.allocUnsafe(Math.max(size + 1, Math.min(FIRST_READ_BYTES, maxBytes + 1)))
    let length = 0
    for (;;) {
      const { bytesRead } = await handle.read(buffer, length, buffer.length - length, null)
      if (bytesRead === 0) return buffer.subarray(0, length)
      length += bytesRead
      if (length > maxBytes) throw tooLarge()
      if (length === buffer.length) buffer = Buffer.concat([buffer], Math.min(length * 2, maxBytes + 1))
    }
  } finally {
    await handle.close()
  }
}

/** The bytes from `start` to before `end`, or to the end of the file. The handle stays open. */
export async function* readPieces(
  handle: FileHandle,
  start: number,
  end: number,
): AsyncGenerator<Buffer, void> {
  for (let at = start; at < end;) {
    const wanted = Math.min(PIECE_BYTES, end - at)
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(wanted), 0, wanted, at)
    if (bytesRead === 0) return
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
