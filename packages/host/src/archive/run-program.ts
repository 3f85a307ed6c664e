import type { Readable, Writable } from 'node:stream'
import { HostError } from '../errors.ts'
import type { ArchiveHost } from './archive-host.ts'
import type { ProcessExit, RunningProcess } from '../running-process.ts'
import { Interrupt } from './interrupt.ts'
import { PLAIN_LOCALE } from './worker-tools.ts'

const MAX_LINE_BYTES = 16_384
/** So much may wait to be written, so that reading and writing go on side by side. */
const IN_FLIGHT_BYTES = 262_144

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
 * Writes all of `source` to a program's input and ends that. A program that ends early is no failure here: its exit tells.
 * A source that fails is one, and then the input is cut. Whoever made the source ends it.
 */
export async function feed(stdin: Writable | undefined, source: AsyncIterable<Uint8Array>): Promise<void> {
  if (stdin === undefined) throw new TypeError('expected a program with a pipe to its input')
  const iterator = source[Symbol.asyncIterator]()
  const gone = new Interrupt()
  stdin.on('close', gone.raise)
  let drained = (): void => undefined
  const onDrain = (): void => drained()
  stdin.on('drain', onDrain)
  try {
    for (;;) {
      const next = await gone.wait(iterator.next())
      if (next === undefined || stdin.destroyed) return
      if (next.done === true) break
      if (stdin.write(next.value) || stdin.writableLength < IN_FLIGHT_BYTES) continue
      const draining = new Promise<object>((resolve) => {
        drained = () => resolve(stdin)
      })
      await gone.wait(draining)
    }
    stdin.end()
  } catch (error) {
    stdin.destroy()
    throw error
  } finally {
    stdin.off('drain', onDrain).off('close', gone.raise)
  }
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
