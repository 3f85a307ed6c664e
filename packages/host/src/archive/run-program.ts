import type { Readable, Writable } from 'node:stream'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import type { ProcessExit, RunningProcess } from '../running-process.ts'
import { Interrupt } from './interrupt.ts'
import { PLAIN_LOCALE } from './worker-tools.ts'

const MAX_LINE_BYTES = 16_384
/**
 * So much may wait to be written. A pipe takes more when half of it was read; the rest lasts some 0.2 ms, too short to
 * make the next piece in: what is written next must be there by then.
 */
const IN_FLIGHT_BYTES = 1_048_576

export interface ProgramOptions {
  readonly cwd: string
  readonly stdin?: 'pipe'
  readonly signal?: AbortSignal | undefined
}

/** Starts a program of an archive. The caller closes it. */
export function startProgram(
  host: ArchiveHost,
  argv: readonly string[],
  { signal, ...options }: ProgramOptions,
): Promise<RunningProcess> {
  return host.spawn(argv, {
    ...options,
    env: PLAIN_LOCALE,
    ...(signal === undefined ? {} : { signal }),
  })
}

/**
 * Closes programs that have ended beside what comes next: the look at who else is left of them takes its time, over SSH
 * more than some programs. Disposing it waits for all.
 */
export class Closings implements AsyncDisposable {
  readonly #closing: Promise<void>[] = []

  add(program: RunningProcess): void {
    const closing = program.close()
    // Whoever disposes hears of a failure.
    closing.catch(() => undefined)
    this.#closing.push(closing)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#closing)
  }
}

/** What is written together. */
export interface Portion {
  readonly pieces: readonly Uint8Array[]
  /** Told when nobody needs them any more. */
  onWritten?(): void
}

/** As `feedPortions`, of single pieces. */
export function feed(stdin: Writable | undefined, source: AsyncIterable<Uint8Array>): Promise<void> {
  return feedPortions(stdin, single(source))
}

async function* single(source: AsyncIterable<Uint8Array>): AsyncGenerator<Portion> {
  for await (const piece of source) yield { pieces: [piece] }
}

/**
 * Writes all of `source` to a program's input and ends that. A program that ends early is no failure here: its exit tells.
 * A source that fails is one, and then the input is cut. Whoever made the source ends it.
 */
export async function feedPortions(
  stdin: Writable | undefined,
  source: AsyncIterable<Portion>,
): Promise<void> {
  if (stdin === undefined) throw new TypeError('expected a program with a pipe to its input')
  const iterator = source[Symbol.asyncIterator]()
  const gone = new Interrupt()
  stdin.on('close', gone.raise)
  let inFlight = 0
  let wake = (): void => undefined
  try {
    for (;;) {
      const next = await gone.wait(iterator.next())
      if (next === undefined || stdin.destroyed) return
      if (next.done === true) break
      const portion = next.value
      const bytes = portion.pieces.reduce((sum, { length }) => sum + length, 0)
      inFlight += bytes
      write(stdin, portion.pieces, () => {
        inFlight -= bytes
        portion.onWritten?.()
        wake()
      })
      if (inFlight < IN_FLIGHT_BYTES) continue
      const written = new Promise<object>((resolve) => {
        wake = () => resolve(stdin)
      })
      await gone.wait(written)
    }
    stdin.end()
  } catch (error) {
    stdin.destroy()
    throw error
  } finally {
    stdin.off('close', gone.raise)
  }
}

/** In one system call where the stream knows how. */
function write(stdin: Writable, pieces: readonly Uint8Array[], onWritten: () => void): void {
  stdin.cork()
  pieces.forEach((piece, index) => stdin.write(piece, index === pieces.length - 1 ? onWritten : undefined))
  stdin.uncork()
  if (pieces.length === 0) onWritten()
}

/** Reads a program's messages to their end, each line cut at 16 KiB, and gives each to `onLine`. */
export async function readLines(stream: Readable, onLine: (line: string) => void): Promise<void> {
  let rest = ''
  try {
    for await (const chunk of stream) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n')
      rest = (lines.pop() ?? '').slice(0, MAX_LINE_BYTES)
      lines.forEach(onLine)
    }
  } catch {
    // A stream that is cut has said what it could; the exit tells the rest.
  }
  if (rest !== '') onLine(rest)
}

/** @throws HostError unless the program has ended by itself with 0 */
export function assertExit(name: string, exit: ProcessExit, said: string): void {
  if (exit.exitCode === 0) return
  if (isLost(exit)) throw lost(name)
  const end = exit.exitCode === null ? `signal ${exit.signal ?? 'unknown'}` : `exit code ${exit.exitCode}`
  throw programError(name, said === '' ? end : said)
}

/** Nobody can tell how the program has ended. */
export function isLost({ exitCode, signal }: ProcessExit): boolean {
  return exitCode === null && signal === null
}

export function lost(name: string, cause?: unknown): HostError {
  return new HostError('connection-lost', `${name}: the way to the machine was cut`, { cause })
}

/** What a program of the machine complained about, by the words that the C library has for it. */
export function programError(name: string, said: string): HostError {
  const code =
    said.includes('No space left on device') || said.includes('Disk quota exceeded')
      ? 'no-space'
      : said.includes('Permission denied') || said.includes('Operation not permitted')
        ? 'permission-denied'
        : 'io'
  return new HostError(code, `${name}: ${Buffer.from(said.slice(0, 2_000), 'latin1').toString('utf8')}`)
}
