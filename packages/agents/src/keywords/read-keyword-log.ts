import { posix } from 'node:path'
import { type Host, HostError } from '@x/host'
import { cleanText } from './clean-text.ts'
import { cutLines } from './cut-lines.ts'
import type { KeywordFeatures } from './features.ts'
import type { KeywordEvent } from './keyword-event.ts'
import { LOG_START, type LogPosition } from './log-position.ts'
import { parseKeywordLine } from './parse-keyword-line.ts'

/** Of a longer line this much is kept. */
export const MAX_LINE_BYTES = 1024 * 1024
const NEWLINE = 0x0a

/** One line of an agent's log, and where it stands. */
export interface KeywordEntry {
  /** Of the line's first byte: no other line of the same run has it. */
  readonly at: LogPosition
  /** From where another reading goes on after this line. */
  readonly next: LogPosition
  readonly event: KeywordEvent
  /** The line had more than 1 MiB, and only its beginning was read. */
  readonly isCut: boolean
}

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
export async function* readKeywordLog(
  host: Host,
  path: string,
  options: KeywordLogOptions,
): AsyncGenerator<KeywordEntry, void> {
  const { features, from = LOG_START, signal, ended } = options
  using following = new Following(signal, ended)
  let next = await placeOf(host, path, from, signal)
  const lines = host.tail(path, {
    from: next.offset,
    signal: following.signal,
    maxLineBytes: MAX_LINE_BYTES,
    noFollow: true,
  })
  try {
    for await (const { line, offset, truncated, cut = false } of lines) {
      const at = truncated ? begunAnew(next) : next
      next = { generation: at.generation, offset }
      yield { at, next, event: eventOf(line, cut, features), isCut: cut }
    }
  } catch (error) {
    if (!following.isOver(error)) throw error
  }
  for await (const entry of readRest(host, path, next, options)) yield entry
}

/** Lets the following of a log end when the agent has ended, or when nobody wants it any more. */
class Following implements Disposable {
  readonly #controller = new AbortController()
  readonly #wanted: AbortSignal | undefined
  readonly #end = new Error('the agent has ended')

  constructor(wanted: AbortSignal | undefined, ended: Promise<unknown> | undefined) {
    this.#wanted = wanted
    if (wanted?.aborted === true) this.#leave()
    else wanted?.addEventListener('abort', this.#leave)
    const end = () => {
      this.#controller.abort(this.#end)
    }
    ended?.then(end, end)
  }

  get signal(): AbortSignal {
    return this.#controller.signal
  }

  isOver(error: unknown): boolean {
    return error === this.#end
  }

  [Symbol.dispose](): void {
    this.#wanted?.removeEventListener('abort', this.#leave)
  }

  readonly #leave = (): void => {
    this.#controller.abort(this.#wanted?.reason)
  }
}

/** What is there once nobody writes any more. */
async function* readRest(
  host: Host,
  path: string,
  from: LogPosition,
  { features, signal }: KeywordLogOptions,
): AsyncGenerator<KeywordEntry, void> {
  const found = await host.files.stat(path)
  if (found === undefined) return
  if (found.type !== 'file') throw new HostError('io', `not a regular file: cannot read ${path}`)
  let at = await placeOf(host, path, from, signal)
  const within = posix.dirname(path)
  const [start, end] = [at.offset, found.size]
  if (start >= end) return
  const content = host.files.readStream(path, { within, start, end, ...(signal && { signal }) })
  for await (const { line, next: offset, isCut } of cutLines(content, start, MAX_LINE_BYTES)) {
    const next = { generation: at.generation, offset }
    yield { at, next, event: eventOf(line, isCut, features), isCut }
    at = next
  }
}

/**
 * Where to go on. A position is the end of a line or of the file: where it is neither, the log was begun anew while nobody
 * looked, and is read from its start.
 */
async function placeOf(
  host: Host,
  path: string,
  position: LogPosition,
  signal: AbortSignal | undefined,
): Promise<LogPosition> {
  const { offset } = position
  if (offset === 0) return position
  const around = {
    within: posix.dirname(path),
    start: offset - 1,
    end: offset + 1,
    ...(signal && { signal }),
  }
  const bytes: number[] = []
  try {
    for await (const piece of host.files.readStream(path, around)) bytes.push(...piece)
  } catch (error) {
    if (!(error instanceof HostError && error.code === 'not-found')) throw error
  }
  const isSame = bytes[0] === NEWLINE || bytes.length === 1
  return isSame ? position : begunAnew(position)
}

function begunAnew({ generation }: LogPosition): LogPosition {
  return { generation: generation + 1, offset: 0 }
}

function eventOf(line: string, isCut: boolean, features: KeywordFeatures): KeywordEvent {
  const event = parseKeywordLine(line, features)
  const isWhole = !isCut || event.type === 'status' || event.type === 'done' || event.type === 'error'
  if (isWhole || event.type === 'attention') return event
  const text = { type: 'text', text: cleanText(line) } as const
  return features.keywords ? { ...text, hint: `a line has at most ${MAX_LINE_BYTES} bytes` } : text
}
