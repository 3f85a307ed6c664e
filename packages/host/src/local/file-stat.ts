import type { Stats } from 'node:fs'
import { lstat } from 'node:fs/promises'
import type { FileStat } from '../host-files.ts'

/** What stands at the path; a final symlink is not followed. */
export async function statEntry(file: string): Promise<FileStat | undefined> {
  try {
    return fileStat(await lstat(file))
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

export function fileStat(found: Stats): FileStat {
  const { size, mtimeMs, uid } = found
  return { type: typeOf(found), size, mode: found.mode & 0o7777, modifiedMs: mtimeMs, uid }
}

function typeOf(found: Stats): FileStat['type'] {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  if (found.isSymbolicLink()) return 'symlink'
  if (found.isSocket()) return 'socket'
  return found.isFIFO() ? 'fifo' : 'other'
}
