import { constants, type BigIntStats } from 'node:fs'
import { lstat, open, stat, type FileHandle } from 'node:fs/promises'
import { createAbortableIterator } from '../abortable-iterator.ts'
import { assertAbsolute, assertBytes } from '../assert-arguments.ts'
import { HostError } from '../errors.ts'
import { LineCutter } from '../tail-lines.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import { DirectoryWatch } from './directory-watch.ts'
import { fileError } from './file-error.ts'

const DEFAULT_MAX_LINE_BYTES = 32 * 1024 * 1024
const READ_BYTES = 64 * 1024
/** So many bytes before the place where we go on must still be what we have read there: else it is another content. */
const MARK_BYTES = 128

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
      createAbortableIterator([hostSignal, options.signal], (signal) => follow(file, settings, signal)),
  }
}

type Settings = Required<Omit<TailOptions, 'signal'>>

async function* follow(
  file: string,
  settings: Settings,
  signal: AbortSignal,
): AsyncGenerator<TailLine, void> {
  using watch = new DirectoryWatch(file)
  const reader = new TailReader(file, settings)
  try {
    for (;;) {
      await watch.wait(signal)
      signal.throwIfAborted()
      for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
        for (const line of reader.lines.add(chunk)) {
          yield line
          signal.throwIfAborted()
        }
        signal.throwIfAborted()
      }
    }
  } finally {
    await reader.close()
  }
}

interface OpenFile {
  readonly handle: FileHandle
  readonly identity: string
}

/**
 * Reads a path piece by piece: what stands there, and what takes its place later.
 *
 * *waiting*: there is no file; *reading*: one is open, and stays so when it is renamed or removed; *leaving*: the path
 * leads to another one, and what is left of the old one is read first.
 */
class TailReader {
  readonly lines: LineCutter
  readonly #file: string
  readonly #noFollow: boolean
  readonly #buffer = Buffer.allocUnsafe(READ_BYTES + MARK_BYTES)
  /** Where the first file is begun; `undefined` once it was. */
  #from: number | 'end' | undefined
  #open: OpenFile | undefined
  #next: OpenFile | undefined
  #position = 0
  #mark = Buffer.alloc(0)

  constructor(file: string, settings: Settings) {
    this.#file = file
    this.#noFollow = settings.noFollow
    this.#from = settings.from
    this.lines = new LineCutter(settings.maxLineBytes)
  }

  /** The next piece, in memory that the next call uses again; `undefined` when there is none now. */
  async read(): Promise<Buffer | undefined> {
    try {
      if (this.#open === undefined) await this.#begin()
      while (this.#open !== undefined) {
        const piece = await this.#readOn(this.#open.handle)
        if (piece !== undefined) return piece
        if (this.#next !== undefined) {
          await this.#moveOn(this.#open, this.#next)
          continue
        }
        this.#next = await this.#successor(this.#open)
        if (this.#next === undefined) return undefined
      }
      return undefined
    } catch (error) {
      throw fileError(error, 'follow', this.#file)
    }
  }

  async close(): Promise<void> {
    await Promise.all([this.#open?.handle.close(), this.#next?.handle.close()])
  }

  async #begin(): Promise<void> {
    this.#open = await openRegular(this.#file, this.#noFollow)
    // What comes into being later is new as a whole.
    if (this.#open === undefined && this.#from === 'end') this.#from = 0
    if (this.#open === undefined || this.#from === undefined) return
    const { handle } = this.#open
    const { size } = await handle.stat()
    this.#position = this.#from === 'end' ? size : this.#from
    this.#from = undefined
    this.lines.goTo(this.#position)
    if (this.#position > size) this.#restart()
    const markStart = Math.max(0, this.#position - MARK_BYTES)
    const mark = Buffer.alloc(this.#position - markStart)
    const { bytesRead } = await handle.read(mark, 0, mark.length, markStart)
    this.#mark = mark.subarray(0, bytesRead)
  }

  /** The mark and what follows it in one read, so that nothing can change in between. */
  async #readOn(handle: FileHandle): Promise<Buffer | undefined> {
    for (;;) {
      const mark = this.#mark
      const start = this.#position - mark.length
      const { bytesRead } = await handle.read(this.#buffer, 0, this.#buffer.length, start)
      const isSame = this.#buffer.subarray(0, Math.min(bytesRead, mark.length)).equals(mark)
      if (!isSame) {
        this.#restart()
        continue
      }
      if (bytesRead === mark.length) return undefined
      this.#position = start + bytesRead
      this.#mark = Buffer.from(this.#buffer.subarray(Math.max(0, bytesRead - MARK_BYTES), bytesRead))
      return this.#buffer.subarray(mark.length, bytesRead)
    }
  }

  #restart(): void {
    if (this.#position > 0) this.lines.restart()
    this.#position = 0
    this.#mark = Buffer.alloc(0)
  }

  /** The file that the path leads to, when that is another one. A path that leads nowhere keeps the old one. */
  async #successor(current: OpenFile): Promise<OpenFile | undefined> {
    const found = await identityOf(this.#file, this.#noFollow)
    if (found === undefined || found === current.identity) return undefined
    return openRegular(this.#file, this.#noFollow)
  }

  async #moveOn(old: OpenFile, next: OpenFile): Promise<void> {
    this.#open = next
    this.#next = undefined
    this.#restart()
    await old.handle.close()
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
async function openRegular(file: string, noFollow: boolean): Promise<OpenFile | undefined> {
  const { O_RDONLY, O_NONBLOCK, O_NOCTTY, O_NOFOLLOW } = constants
  let handle: FileHandle | undefined
  try {
    handle = await open(file, O_RDONLY | O_NONBLOCK | O_NOCTTY | (noFollow ? O_NOFOLLOW : 0))
    const found = await handle.stat({ bigint: true })
    if (!found.isFile()) throw new HostError('io', `not a regular file: cannot follow ${file}`)
    return { handle, identity: identify(found) }
  } catch (error) {
    await handle?.close()
    assertMissing(error)
    return undefined
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
