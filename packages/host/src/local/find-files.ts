import { constants } from 'node:fs'
import { open, readdir } from 'node:fs/promises'
import { parseGlobPath, type GlobPath } from '../glob-path.ts'

/** As `HostFiles.glob`. By descriptors: a directory that gives way to a symlink meanwhile is not followed. */
export async function findFiles(pattern: string, within: string): Promise<readonly string[]> {
  const found: string[] = []
  const base = within === '/' ? '' : within
  await search(within, 0, parseGlobPath(pattern), base, found)
  return found.sort()
}

async function search(
  directory: string,
  extraFlags: number,
  pattern: GlobPath,
  named: string,
  found: string[],
): Promise<void> {
  const opened = await open(directory, constants.O_RDONLY | constants.O_DIRECTORY | extraFlags).catch(
    (error: unknown) => {
      const { code } = error as NodeJS.ErrnoException
      if (code === 'ENOENT' || code === 'ENOTDIR' || code === 'ELOOP') return undefined
      // As a shell: what may not be looked into has nothing to find, but the place to begin must be readable.
      if (code === 'EACCES' && extraFlags !== 0) return undefined
      throw error
    },
  )
  if (opened === undefined) return
  try {
    const here = process.platform === 'linux' ? `/proc/self/fd/${opened.fd}` : directory
    for (const entry of await readdir(here, { withFileTypes: true })) {
      const { isMatch, below } = pattern.enter(entry.name)
      if (isMatch) found.push(`${named}/${entry.name}`)
      if (below !== undefined && entry.isDirectory())
        await search(`${here}/${entry.name}`, constants.O_NOFOLLOW, below, `${named}/${entry.name}`, found)
    }
  } finally {
    await opened.close()
  }
}
