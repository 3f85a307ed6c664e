import { posix } from 'node:path'
import { type Host, HostError, type TailLine } from '@x/host'
import { cutLines } from './cut-lines.ts'
import type { KeywordFeatures } from './features.ts'
import { entryOf, type KeywordEntry, MAX_LINE_BYTES } from './log-entry.ts'
import { MARKED_BYTES, markOfEnd } from './line-mark.ts'
import { LOG_START, type LogPosition } from './log-position.ts'

export type { KeywordEntry } from './log-entry.ts'

const NEWLINE = 0x0a

export interface KeywordLogOptions {
  readonly features: KeywordFeatures
  /** The `next` of the last entry that was dealt with. @default the start of the log */
  readonly from?: LogPosition
  /** Ends the reading: the iteration throws the signal's reason. */
  readonly signal?: AbortSignal
  /**
   * Settles when the agent has ended. What the log holds then is read to its end, a last line without a newline too, and
   * the iteration is over. Without it the iteration goes on.
   */
  readonly ended?: Promise<unknown>
  /**
   * Asked when `ended` has settled: whether it is certain that nobody writes any more. If it is not, a last line without a
   * newline may be half of one, and is left to another reading. @default it is
   */
  readonly isCertain?: () => boolean
}

/**
 * Follows an agent's log, line by line, from where an earlier reading has come. The log may come into being later. Leaving
 * the loop closes it.
 *
 * A line that is too long counts when what it says is text; half a path, address or value is none.
 * @param path absolute, on the host. Nothing but a regular file is read there, and no link is followed out of its directory
 * @throws HostError when it is iterated: `io` for a symlink, a FIFO or a directory in the log's place; `connection-lost`,
 * after which another reading goes on from the last `next`
 */
export function readKeywordLog(
  host: Host,
  path: string,
  options: KeywordLogOptions,
): AsyncIterableIterator<KeywordEntry, void> {
  return new LogIterator(host, path, options)
}

/**
 * *beginning*: looks where to go on; *following*: waits for what the agent writes; *reading the rest*: the agent has ended.
 * A promise for each line, and no turn of a generator: an agent may write a flood.
 */
class LogIterator implements AsyncIterableIterator<KeywordEntry, void> {
  readonly #host: Host
  readonly #path: string
  readonly #options: KeywordLogOptions
  readonly #following = new AbortController()
  /** Why following ends when the agent has ended. */
  readonly #end = new Error('the agent has ended')
  #next: LogPosition
  #begun: Promise<void> | undefined
  #lines: AsyncIterator<TailLine, void> | undefined
  #rest: AsyncIterator<KeywordEntry, void> | undefined

  constructor(host: Host, path: string, options: KeywordLogOptions) {
    this.#host = host
    this.#path = path
    this.#options = options
    this.#next = options.from ?? LOG_START
  }

  [Symbol.asyncIterator](): this {
    return this
  }

  next(): Promise<IteratorResult<KeywordEntry, void>> {
    if (this.#rest) return this.#rest.next()
    if (this.#lines) return this.#lines.next().then(this.#told, this.#left)
    this.#begun ??= this.#begin()
    return this.#begun.then(() => this.next())
  }

  async return(): Promise<IteratorResult<KeywordEntry, void>> {
    this.#unlisten()
    this.#rest ??= nothing()
    await Promise.all([this.#lines?.return?.(), this.#rest.return?.()])
    return { done: true, value: undefined }
  }

  async #begin(): Promise<void> {
    const { signal, ended } = this.#options
    signal?.throwIfAborted()
    this.#next = await placeOf(this.#host, this.#path, this.#next, signal)
    signal?.throwIfAborted()
    signal?.addEventListener('abort', this.#leave)
    const end = () => {
      this.#following.abort(this.#end)
    }
    ended?.then(end, end)
    const lines = this.#host.tail(this.#path, {
      from: this.#next.offset,
      signal: this.#following.signal,
      maxLineBytes: MAX_LINE_BYTES,
      noFollow: true,
    })
    this.#lines ??= lines[Symbol.asyncIterator]() as AsyncIterator<TailLine, void>
  }

  readonly #leave = (): void => {
    this.#following.abort(this.#options.signal?.reason)
  }

  #unlisten(): void {
    this.#options.signal?.removeEventListener('abort', this.#leave)
  }

  readonly #told = (
    told: IteratorResult<TailLine, void>,
  ): IteratorResult<KeywordEntry, void> | Promise<IteratorResult<KeywordEntry, void>> => {
    if (told.done === true) return this.next()
    const { line, offset, truncated, cut = false } = told.value
    const at = truncated ? begunAnew(this.#next) : this.#next
    const entry = entryOf(line, at, offset, cut, this.#options.features)
    this.#next = entry.next
    return { done: false, value: entry }
  }

  readonly #left = (error: unknown): Promise<IteratorResult<KeywordEntry, void>> => {
    this.#unlisten()
    const isOver = error === this.#end
    this.#rest ??= isOver ? readRest(this.#host, this.#path, this.#next, this.#options) : nothing()
    if (!isOver) throw error
    return this.#rest.next()
  }
}

// eslint-disable-next-line require-yield -- an iteration that is over
async function* nothing(): AsyncGenerator<KeywordEntry, void> {
  return
}

/** What is there once nobody writes any more. */
async function* readRest(
  host: Host,
  path: string,
  from: LogPosition,
  { features, signal, isCertain }: KeywordLogOptions,
): AsyncGenerator<KeywordEntry, void> {
  const found = await host.files.stat(path)
  if (found === undefined) return
  if (found.type !== 'file') throw new HostError('io', `not a regular file: cannot read ${path}`)
  let at = await placeOf(host, path, from, signal)
  const within = posix.dirname(path)
  const [start, end] = [at.offset, found.size]
  if (start >= end) return
  const content = host.files.readStream(path, { within, start, end, ...(signal && { signal }) })
  const takesLast = isCertain?.() ?? true
  for await (const lines of cutLines(content, start, MAX_LINE_BYTES, { takesLast })) {
    for (const { line, next, isCut } of lines) {
      const entry = entryOf(line, at, next, isCut, features)
      at = entry.next
      yield entry
    }
  }
}

/**
 * Where to go on. A position is the end of a line or of the file: where it is neither, or another line ends there, the log
 * was begun anew while nobody looked, and is read from its start.
 */
async function placeOf(
  host: Host,
  path: string,
  position: LogPosition,
  signal: AbortSignal | undefined,
): Promise<LogPosition> {
  const { offset, mark } = position
  if (offset === 0) return position
  const start = Math.max(0, offset - MARKED_BYTES)
  const around = { within: posix.dirname(path), start, end: offset + 1, ...(signal && { signal }) }
  const pieces: Uint8Array[] = []
  try {
    for await (const piece of host.files.readStream(path, around)) pieces.push(Buffer.from(piece))
  } catch (error) {
    if (!(error instanceof HostError && error.code === 'not-found')) throw error
  }
  const bytes = Buffer.concat(pieces)
  const before = bytes.subarray(0, offset - start)
  if (before.length < offset - start) return begunAnew(position)
  const isEnd = before.at(-1) === NEWLINE || bytes.length === before.length
  const isSame = mark === undefined ? isEnd : markOfEnd(before) === mark
  return isSame ? position : begunAnew(position)
}

function begunAnew({ generation }: LogPosition): LogPosition {
  return { generation: generation + 1, offset: 0 }
}
