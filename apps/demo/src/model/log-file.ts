import { constants } from 'node:fs'
import { open, type FileHandle } from 'node:fs/promises'

/** Of a log this much is kept, in bytes. */
const KEPT_BYTES = 1024 * 1024

/**
 * Shortens a log to its last whole lines, 1 MiB of them at most. It stays the same file, so that a process that
 * appends to it goes on; what such a process writes in this very moment may be lost.
 * A log that is not there, or can't be shortened, stops nobody: never rejects.
 */
export async function shortenLog(file: string): Promise<void> {
  await withLog(file, constants.O_RDWR, async (log, size) => {
    if (size <= KEPT_BYTES) return
    const tail = await readAt(log, size - KEPT_BYTES)
    const kept = tail.subarray(tail.indexOf('\n') + 1)
    await log.write(kept, 0, kept.length, 0)
    await log.truncate(kept.length)
  })
}

/** The last line of a log of any size; `undefined` when it says nothing, or can't be read. */
export async function lastLine(file: string): Promise<string | undefined> {
  let line: string | undefined
  await withLog(file, constants.O_RDONLY, async (log, size) => {
    const text = (await readAt(log, Math.max(0, size - 4_096))).toString().trim()
    line = text.split('\n').at(-1) || undefined
  })
  return line
}

async function withLog(
  file: string,
  flags: number,
  act: (log: FileHandle, size: number) => Promise<void>,
): Promise<void> {
  let log: FileHandle | undefined
  try {
    log = await open(file, flags | constants.O_NOFOLLOW | constants.O_NONBLOCK)
    const found = await log.stat()
    if (found.isFile()) await act(log, found.size)
  } catch {
    // A log is for reading up on a failure, and no reason for one.
  } finally {
    await log?.close()
  }
}

/** From there on, 1 MiB at most. */
async function readAt(log: FileHandle, from: number): Promise<Buffer> {
  const buffer = Buffer.alloc(KEPT_BYTES)
  let length = 0
  while (length < buffer.length) {
    const { bytesRead } = await log.read(buffer, length, buffer.length - length, from + length)
    if (bytesRead === 0) break
    length += bytesRead
  }
  return buffer.subarray(0, length)
}
