import { randomBytes } from 'node:crypto'
import { constants } from 'node:fs'
import { lstat, open, rename, rm } from 'node:fs/promises'
import path from 'node:path'
import type { FileData } from '../host-files.ts'

const PRIVATE = 0o600

/**
 * Replaces `file` in one step: a reader, and a machine that comes back from a power cut, has the old bytes or the new
 * ones. A symlink at `file` is replaced, not followed. The temporary file is removed on failure.
 */
export async function writeAtomically(file: string, data: FileData, mode: number | undefined): Promise<void> {
  const directory = path.dirname(file)
  const bits = mode ?? (await modeOf(file))
  const temporary = path.join(directory, `.${randomBytes(9).toString('hex')}.tmp`)
  const { O_WRONLY, O_CREAT, O_EXCL, O_NOFOLLOW } = constants
  const handle = await open(temporary, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, PRIVATE)
  try {
    try {
      if (typeof data === 'string' || data instanceof Uint8Array) await handle.writeFile(data)
      // Each goes on where the one before has ended.
      else for await (const piece of data) await handle.writeFile(piece)
      // After the bytes: nobody but us reads them before they are whole. And exact, whatever our umask is.
      await handle.chmod(bits)
      await handle.sync()
    } finally {
      await handle.close()
    }
    await rename(temporary, file)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  await syncDirectory(directory)
}

export async function modeOf(file: string): Promise<number> {
  try {
    const found = await lstat(file)
    return found.isFile() ? found.mode & 0o7777 : PRIVATE
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return PRIVATE
    throw error
  }
}

/** The new name itself is data of the directory. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY)
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}
