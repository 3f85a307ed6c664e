import { chmod, mkdir, readdir, realpath, rename, rm, stat } from 'node:fs/promises'
import path from 'node:path'
import { createAbortableIterator } from '../abortable-iterator.ts'
import { assertAbsolute, assertBytes, assertMode } from '../assert-arguments.ts'
import { assertEntry, withoutTrailingSlash } from '../entry-path.ts'
import type { FileData, HostFiles, ReadStreamOptions, WithinOptions } from '../host-files.ts'
import { copyFile } from './copy-file.ts'
import { fileError } from './file-error.ts'
import { statEntry } from './file-stat.ts'
import { findFiles } from './find-files.ts'
import { openRegular, readBounded, readPieces } from './read-file.ts'
import { watchFile } from './watch-file.ts'
import { onEntryWithin, onTargetWithin, removeEntry } from './within.ts'
import { writeAtomically } from './write-atomically.ts'

const DEFAULT_MAX_BYTES = 64 * 1024 * 1024

/** The files of this machine. `hostSignal` aborts, with the reason to throw, when the host is closed. */
export function createLocalFiles(hostSignal: AbortSignal): HostFiles {
  const on: OnFile = async (verb, file, act) => {
    assertAbsolute('path', file)
    hostSignal.throwIfAborted()
    const entry = withoutTrailingSlash(file)
    try {
      return await act(entry)
    } catch (error) {
      throw error instanceof TypeError ? error : fileError(error, verb, entry)
    }
  }
  return {
    ...streamingFiles(on, hostSignal),
    read: (file, options) => readFile(on, file, options),
    readText: async (file, options) => (await readFile(on, file, options)).toString('utf8'),
    stat: (file, { within } = {}) =>
      on('stat', file, (entry) => (within === undefined ? statEntry(entry) : statWithin(within, entry))),
    list: (directory) => on('list', directory, async (entry) => (await readdir(entry)).sort()),
    async makeDirectory(directory, options = {}) {
      const { mode = 0o700 } = options
      assertMode(mode)
      await on('make', directory, (entry) => makeDirectories(entry, mode))
    },
    remove: (file, { within } = {}) =>
      on('remove', file, async (entry) => {
        assertEntry(entry)
        if (within === undefined) await rm(entry, { recursive: true, force: true, maxRetries: 3 })
        else await unlessMissing(() => onEntryWithin(within, entry, removeEntry))
      }),
    async rename(from, to) {
      assertAbsolute('path', to)
      await on('rename', from, (entry) => rename(assertEntry(entry), assertEntry(withoutTrailingSlash(to))))
    },
    realPath: (file) => on('resolve', file, (entry) => realpath(entry)),
    async glob(pattern, { within }) {
      assertAbsolute('within', within)
      return on('search', within, (entry) => findFiles(pattern, entry))
    },
    copyIn: (from, to, options = {}) => copyFile(from, to, { options, hostSignal, proved: 'to' }),
    copyOut: (from, to, options = {}) => copyFile(from, to, { options, hostSignal, proved: 'from' }),
  }
}

type OnFile = <T>(verb: string, file: string, act: (entry: string) => Promise<T>) => Promise<T>

function streamingFiles(
  on: OnFile,
  hostSignal: AbortSignal,
): Pick<HostFiles, 'readStream' | 'write' | 'watch'> {
  return {
    readStream(file, options = {}) {
      assertRange(file, options)
      const { start = 0, end = Number.MAX_SAFE_INTEGER, within, signal } = options
      return iterable([hostSignal, signal], async function* (ending) {
        const handle = await on('read', file, (entry) =>
          onTargetWithin(within, entry, (proved) => openRegular(proved, entry)),
        )
        try {
          for await (const piece of readPieces(handle, start, end)) {
            ending.throwIfAborted()
            yield piece
          }
          ending.throwIfAborted()
        } finally {
          await handle.close()
        }
      })
    },
    async write(file, data, options = {}) {
      const { mode, within } = options
      if (mode !== undefined) assertMode(mode)
      const source = guardedSource(data, hostSignal)
      try {
        await on('write', file, (entry) =>
          onEntryWithin(within, assertEntry(entry), (proved) => writeAtomically(proved, source.data, mode)),
        )
      } catch (error) {
        throw source.failure === undefined ? error : source.failure.error
      }
    },
    watch(file, { signal } = {}) {
      assertAbsolute('path', file)
      return iterable([hostSignal, signal], (ending) => watchFile(withoutTrailingSlash(file), ending))
    },
  }
}

async function readFile(
  on: OnFile,
  file: string,
  options: WithinOptions & { readonly maxBytes?: number } = {},
): Promise<Buffer> {
  const { maxBytes = DEFAULT_MAX_BYTES, within } = options
  assertBytes('maxBytes', maxBytes)
  return on('read', file, (entry) =>
    onTargetWithin(within, entry, (proved) => readBounded(proved, maxBytes, entry)),
  )
}

function iterable<T>(
  signals: readonly (AbortSignal | undefined)[],
  run: (signal: AbortSignal) => AsyncGenerator<T, void>,
): AsyncIterable<T> {
  return { [Symbol.asyncIterator]: () => createAbortableIterator(signals, run) }
}

function statWithin(within: string, entry: string): ReturnType<HostFiles['stat']> {
  return unlessMissing(() => onEntryWithin(within, entry, statEntry))
}

/** Below what is missing there is nothing. */
async function unlessMissing<T>(act: () => Promise<T>): Promise<T | undefined> {
  try {
    return await act()
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    throw error
  }
}

function assertRange(file: string, { start = 0, end }: ReadStreamOptions): void {
  assertAbsolute('path', file)
  assertBytes('start', start)
  if (end !== undefined) assertBytes('end', end)
}

interface GuardedSource {
  data: FileData
  failure?: { readonly error: unknown }
}

/** Data whose own failure can be told from that of the file system. */
function guardedSource(data: FileData, hostSignal: AbortSignal): GuardedSource {
  const source: GuardedSource = { data }
  if (typeof data === 'string' || data instanceof Uint8Array) return source
  source.data = (async function* () {
    try {
      for await (const piece of data) {
        hostSignal.throwIfAborted()
        yield piece
      }
    } catch (error) {
      source.failure = { error }
      throw error
    }
  })()
  return source
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
