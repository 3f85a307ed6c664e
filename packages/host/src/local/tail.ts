import { constants, readSync, type BigIntStats } from 'node:fs'
import { lstat, open, stat, type FileHandle } from 'node:fs/promises'
import { assertAbsolute, assertBytes } from '../assert-arguments.ts'
import { HostError } from '../errors.ts'
import { createTailIterator, type TailBatch } from '../tail-iterator.ts'
import { DEFAULT_MAX_LINE_BYTES, TailReader, type TailFile, type TailPlace } from '../tail-reader.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { fileError } from './file-error.ts'

/** Each piece is a turn of another thread, which takes as long as telling hundreds of lines. */
const READ_BYTES = 256 * 1024

/** As `Host.tail`; also ends, and throws its reason, when `hostSignal` aborts. */
export function tailLocal(
  file: string,
  options: TailOptions,
  hostSignal: AbortSignal,
): AsyncIterable<TailLine> {
  const { from = 0, maxLineBytes = DEFAULT_MAX_LINE_BYTES } = options
  assertAbsolute('path', file)
  if (from !== 'end') assertBytes('from', from)
  assertBytes('maxLineBytes', maxLineBytes)
  const settings = { from, maxLineBytes, noFollow: options.noFollow ?? false }
  return {
    [Symbol.asyncIterator]: () =>
      createTailIterator([hostSignal, options.signal], (signal) => follow(file, settings, signal)),
  }
}

type Settings = Required<Omit<TailOptions, 'signal'>>

async function* follow(
  file: string,
  settings: Settings,
  signal: AbortSignal,
): AsyncGenerator<TailBatch, void> {
  using watch = new DirectoryWatch(file)
  const reader = new TailReader(placeOf(file, settings.noFollow), { ...settings, readBytes: READ_BYTES })
  let ahead: Promise<Buffer | undefined> | undefined
  try {
    for (;;) {
      const isTold = await watch.wait(signal)
      signal.throwIfAborted()
      // Only the first: others have their turn between the pieces of a flood.
      for (
        let chunk = await reader.read(isTold);
        chunk !== undefined;
        chunk = await (ahead ?? reader.read())
      ) {
        const lines = reader.lines.add(chunk)
        // Of a flood the next piece comes while this one is told.
        ahead = chunk.length < READ_BYTES ? undefined : reader.read()
        // Whoever awaits it hears of a failure.
        ahead?.catch(() => undefined)
        yield lines
        signal.throwIfAborted()
      }
    }
  } finally {
    await ahead?.catch(() => undefined)
    await reader.close()
  }
}

function placeOf(file: string, noFollow: boolean): TailPlace {
  const naming = <T>(work: Promise<T>): Promise<T> =>
    work.catch((error: unknown) => {
      throw fileError(error, 'follow', file)
    })
  return {
    open: () => naming(openRegular(file, noFollow, naming)),
    identity: () => naming(identityOf(file, noFollow)),
  }
}

async function identityOf(file: string, noFollow: boolean): Promise<string | undefined> {
  try {
    return identify(await (noFollow ? lstat : stat)(file, { bigint: true }))
  } catch (error) {
    assertMissing(error)
    return undefined
  }
}

/** Opens without blocking, so that a FIFO without a writer can be refused rather than waited for. */
async function openRegular(
  file: string,
  noFollow: boolean,
  naming: <T>(work: Promise<T>) => Promise<T>,
): Promise<TailFile | undefined> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants
  let handle: FileHandle | undefined
  try {
    handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | (noFollow ? O_NOFOLLOW : 0))
    const found = await handle.stat({ bigint: true })
    if (!found.isFile()) throw new HostError('io', `not a regular file: cannot follow ${file}`)
    return tailFile(file, handle, identify(found), naming)
  } catch (error) {
    await handle?.close()
    assertMissing(error)
    return undefined
  }
}

function tailFile(
  file: string,
  handle: FileHandle,
  identity: string,
  naming: <T>(work: Promise<T>) => Promise<T>,
): TailFile {
  return {
    identity,
    size: async () => (await naming(handle.stat())).size,
    readNow: (buffer, start) => {
      try {
        return readSync(handle.fd, buffer, 0, buffer.length, start)
      } catch (error) {
        throw fileError(error, 'follow', file)
      }
    },
    read: async (buffer, start) => (await naming(handle.read(buffer, 0, buffer.length, start))).bytesRead,
    close: () => handle.close(),
  }
}

function identify(found: BigIntStats): string {
  return `${found.dev}:${found.ino}`
}

/** @throws `error` unless it says that there is nothing */
function assertMissing(error: unknown): void {
  const { code } = error as NodeJS.ErrnoException
  if (code !== 'ENOENT' && code !== 'ENOTDIR') throw error
}
