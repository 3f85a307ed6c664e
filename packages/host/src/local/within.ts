import { constants } from 'node:fs'
import { lstat, open, readdir, readlink, realpath, rmdir, unlink, type FileHandle } from 'node:fs/promises'
import path from 'node:path'
import { assertAbsolute } from '../assert-arguments.ts'
import { assertEntry } from '../entry-path.ts'
import { HostError } from '../errors.ts'

/** Opens a place in the tree without opening what stands there: no device and no FIFO hears of it. Node has no name for it. */
const O_PATH = 0o10000000

/**
 * Runs `act` on another name of the very file that `file` leads to, symlinks followed, which is proved to lie in `within`;
 * without one, on `file` itself.
 * @throws HostError `outside`
 */
export async function onTargetWithin<T>(
  within: string | undefined,
  file: string,
  act: (proved: string) => Promise<T>,
): Promise<T> {
  if (within === undefined) return act(file)
  assertAbsolute('within', within)
  assertEntry(file)
  if (process.platform !== 'linux') return act(await realWithin(within, file))
  return onProved(within, file, O_PATH, file, act)
}

/**
 * As `onTargetWithin` for an entry of a directory, whether it exists or not: a final symlink is the entry itself, and
 * the directory in which it stands is what is proved.
 */
export async function onEntryWithin<T>(
  within: string | undefined,
  file: string,
  act: (proved: string) => Promise<T>,
): Promise<T> {
  if (within === undefined) return act(file)
  assertAbsolute('within', within)
  assertEntry(file)
  const name = path.posix.basename(file)
  const parent = path.posix.dirname(file)
  if (process.platform !== 'linux') return act(path.join(await realWithin(within, parent), name))
  const flags = O_PATH | constants.O_DIRECTORY
  return onProved(within, parent, flags, file, (directory) => act(`${directory}/${name}`))
}

/** What the descriptor is open on is what is proved, and what is used: nothing can be put in between. */
async function onProved<T>(
  within: string,
  place: string,
  flags: number,
  named: string,
  act: (proved: string) => Promise<T>,
): Promise<T> {
  const root = await open(within, O_PATH | constants.O_DIRECTORY)
  try {
    const opened = await open(place, flags)
    try {
      const [inside, real] = await Promise.all([readlink(descriptor(root)), readlink(descriptor(opened))])
      assertInside(inside, real, named, within)
      return await act(descriptor(opened))
    } finally {
      await opened.close()
    }
  } finally {
    await root.close()
  }
}

async function realWithin(within: string, place: string): Promise<string> {
  const [inside, real] = await Promise.all([realpath(within), realpath(place)])
  assertInside(inside, real, place, within)
  return real
}

function assertInside(inside: string, real: string, named: string, within: string): void {
  if (real !== inside && !real.startsWith(inside === '/' ? inside : `${inside}/`))
    throw new HostError('outside', `not within ${within}: ${named}`)
}

function descriptor(handle: FileHandle): string {
  return `/proc/self/fd/${handle.fd}`
}

/** Removes an entry with all in it, by descriptors: a directory that gives way to a symlink meanwhile is not followed. */
export async function removeEntry(entry: string): Promise<void> {
  try {
    if (!(await lstat(entry)).isDirectory()) {
      await unlink(entry)
      return
    }
    const { O_RDONLY, O_DIRECTORY, O_NOFOLLOW } = constants
    const directory = await open(entry, O_RDONLY | O_DIRECTORY | O_NOFOLLOW)
    try {
      const below = process.platform === 'linux' ? descriptor(directory) : entry
      for (const name of await readdir(below)) await removeEntry(`${below}/${name}`)
    } finally {
      await directory.close()
    }
    await rmdir(entry)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
  }
}
