import { constants, type Stats } from 'node:fs'
import { chmod, lstat, mkdir, open, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { assertAbsolute, assertBytes, assertMode } from '../assert-arguments.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import { HostError } from '../errors.ts'
import type { FileStat, HostFiles } from '../host-files.ts'
import { fileError } from './file-error.ts'
import { writeAtomically } from './write-atomically.ts'

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024
const FIRST_READ_BYTES = 64 * 1024

/** The files of this machine. `assertOpen` throws when the host was closed. */
export function createLocalFiles(assertOpen: () => void): HostFiles {
  async function on<T>(verb: string, file: string, act: (file: string) => Promise<T>): Promise<T> {
    assertAbsolute('path', file)
    assertOpen()
    const entry = withoutTrailingSlash(file)
    try {
      return await act(entry)
    } catch (error) {
      throw error instanceof TypeError ? error : fileError(error, verb, entry)
    }
  }
  const read = async (file: string, options: { readonly maxBytes?: number } = {}): Promise<Buffer> => {
    const { maxBytes = DEFAULT_MAX_BYTES } = options
    assertBytes('maxBytes', maxBytes)
    return on('read', file, (entry) => readBounded(entry, maxBytes))
  }
  return {
    read,
    readText: async (file, options) => (await read(file, options)).toString('utf8'),
    async write(file, data, options = {}) {
      if (options.mode !== undefined) assertMode(options.mode)
      await on('write', file, (entry) => writeAtomically(assertEntry(entry), data, options.mode))
    },
    stat: (file) => on('stat', file, statEntry),
    list: (directory) => on('list', directory, async (entry) => (await readdir(entry)).sort()),
    async makeDirectory(directory, options = {}) {
      const { mode = 0o700 } = options
      assertMode(mode)
      await on('make', directory, (entry) => makeDirectories(entry, mode))
    },
    remove: (file) =>
      on('remove', file, (entry) => rm(assertEntry(entry), { recursive: true, force: true, maxRetries: 3 })),
    async rename(from, to) {
      assertAbsolute('path', to)
      await on('rename', from, (entry) => rename(assertEntry(entry), assertEntry(withoutTrailingSlash(to))))
    },
    realPath: (file) => on('resolve', file, (entry) => realpath(entry)),
  }
}

/** Opens without blocking, so that a FIFO without a writer can be refused rather than waited for. */
async function readBounded(file: string, maxBytes: number): Promise<Buffer> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOCTTY)
  try {
    const found = await handle.stat()
    if (!found.isFile()) throw new HostError('io', `not a regular file: cannot read ${file}`)
    const tooLarge = () => new HostError('too-large', `more than ${maxBytes} bytes in ${file}`)
    if (found.size > maxBytes) throw tooLarge()
    // One byte more than it should have shows the end, or that it grew. Files of /proc claim size 0.
    let buffer = Buffer.allocUnsafe(Math.max(found.size + 1, Math.min(FIRST_READ_BYTES, maxBytes + 1)))
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

async function statEntry(file: string): Promise<FileStat | undefined> {
  try {
    const found = await lstat(file)
    const { size, mtimeMs, uid } = found
    return { type: typeOf(found), size, mode: found.mode & 0o7777, modifiedMs: mtimeMs, uid }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function typeOf(found: Stats): FileStat['type'] {
  if (found.isFile()) return 'file'
  if (found.isDirectory()) return 'directory'
  if (found.isSymbolicLink()) return 'symlink'
  if (found.isSocket()) return 'socket'
  return found.isFIFO() ? 'fifo' : 'other'
}

/** Step by step: Node's own recursion never ends below a parent that is there and takes nothing, as in /proc. */
async function makeDirectories(directory: string, mode: number): Promise<void> {
  const missing = await makeUnlessParentMissing(directory, mode)
  if (missing === undefined) return
  const parent = path.dirname(directory)
  if (parent === directory) throw missing
  await makeDirectories(parent, mode)
  const still = await makeUnlessParentMissing(directory, mode)
  if (still !== undefined) throw still
}

/** @returns what the kernel said when it finds no parent. Any directory that is there will do, through a link too. */
async function makeUnlessParentMissing(directory: string, mode: number): Promise<Error | undefined> {
  try {
    await mkdir(directory, { mode })
    // What we made gets exactly `mode`, whatever our umask is.
    await chmod(directory, mode)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT') return error as Error
    if (code === 'EEXIST' && (await isDirectory(directory))) return undefined
    throw error
  }
}

function isDirectory(entry: string): Promise<boolean> {
  return stat(entry).then(
    (found) => found.isDirectory(),
    () => false,
  )
}
