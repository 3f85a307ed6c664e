import { assertAbsolute, assertBytes } from '../assert-arguments.ts'
import { HostError } from '../errors.ts'
import { createTailIterator, type TailBatch } from '../tail-iterator.ts'
import { DEFAULT_MAX_LINE_BYTES, TailReader, type TailFile, type TailPlace } from '../tail-reader.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import type { SshConnection } from './ssh-connection.ts'
import { shellScript } from './ssh-files-stream.ts'
import { TailFrames } from './ssh-tail-frames.ts'
import { TailOutput } from './ssh-tail-output.ts'
import { FOLLOW_FILE, FOLLOW_PROGRAMS } from './ssh-tail-programs.ts'

/** Each piece that is asked for costs a round trip, and memory. */
const READ_BYTES = 256 * 1024
/** The script holds two files at most: the one that is read, and the one that took its place. */
const DESCRIPTORS = [3, 4] as const

/**
 * As `Host.tail`, by a program on the worker that holds the file open and tells what comes, or where there is none by a
 * script that is asked: it takes one channel as long as it is followed. A lost connection ends it with `connection-lost`;
 * the last offset is where another one goes on.
 */
export function tailOnWorker(
  connection: SshConnection,
  file: string,
  options: TailOptions,
): AsyncIterable<TailLine> {
  const { from = 0, maxLineBytes = DEFAULT_MAX_LINE_BYTES, noFollow = false, signal } = options
  assertAbsolute('path', file)
  if (from !== 'end') assertBytes('from', from)
  assertBytes('maxLineBytes', maxLineBytes)
  const settings = { from, maxLineBytes, readBytes: READ_BYTES }
  return {
    [Symbol.asyncIterator]: () =>
      createTailIterator([signal], async function* (aborting) {
        const args = [file, noFollow ? 'no' : 'yes', String(from), ...FOLLOW_PROGRAMS]
        const script = shellScript(FOLLOW_FILE, args)
        const channel = await connection.channel(script.line, { signal: aborting })
        const output = new TailOutput(channel, script.marker, file, [aborting, connection.lost])
        try {
          if ((await output.line()) === 'tells') yield* hear(output, file, maxLineBytes, aborting)
          else {
            const holder = new FileHolder(output, file)
            yield* ask(holder, new TailReader(holder, settings), aborting)
          }
        } finally {
          output.release()
        }
      }),
  }
}

/** What a program tells by itself: see `FOLLOW_PROGRAMS`. */
async function* hear(
  output: TailOutput,
  file: string,
  maxLineBytes: number,
  signal: AbortSignal,
): AsyncGenerator<TailBatch, void> {
  const frames = new TailFrames(maxLineBytes)
  for (;;) {
    const { lines, refusal } = frames.add(await output.chunk())
    if (lines.length > 0) {
      yield lines
      signal.throwIfAborted()
    }
    if (refusal !== undefined) throw refused(refusal, file)
  }
}

async function* ask(
  holder: FileHolder,
  reader: TailReader,
  signal: AbortSignal,
): AsyncGenerator<TailBatch, void> {
  for (;;) {
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
      yield reader.lines.add(chunk)
      signal.throwIfAborted()
    }
    await holder.change()
  }
}

/** The file as the script sees it that answers questions. */
class FileHolder implements TailPlace {
  readonly #output: TailOutput
  readonly #file: string
  readonly #free = new Set<number>(DESCRIPTORS)

  constructor(output: TailOutput, file: string) {
    this.#output = output
    this.#file = file
  }

  async open(): Promise<TailFile | undefined> {
    const [descriptor] = this.#free
    if (descriptor === undefined) throw new HostError('io', `too many files at ${this.#file}`)
    const identity = this.#present(await this.#output.ask(`open ${descriptor}`))
    if (identity === undefined) return undefined
    this.#free.delete(descriptor)
    return {
      identity,
      size: async () => Number(await this.#output.ask(`size ${descriptor}`)),
      read: async (buffer, start) => {
        const answer = await this.#output.ask(`read ${descriptor} ${start} ${buffer.length}`)
        return buffer.write(answer, 'base64')
      },
      close: async () => {
        this.#free.add(descriptor)
        await this.#output.ask(`close ${descriptor}`)
      },
    }
  }

  async identity(): Promise<string | undefined> {
    return this.#present(await this.#output.ask('identity'))
  }

  /** Resolves when something may have changed. */
  async change(): Promise<void> {
    await this.#output.ask('change')
  }

  #present(answer: string): string | undefined {
    if (answer === 'irregular' || answer === 'denied') throw refused(answer, this.#file)
    return answer === 'nothing' ? undefined : answer
  }
}

function refused(why: string, file: string): HostError {
  if (why === 'irregular') return new HostError('io', `not a regular file: cannot follow ${file}`)
  if (why === 'denied') return new HostError('permission-denied', `EACCES: cannot follow ${file}`)
  return new HostError('io', `${why.replace(/^failed /, '')}: cannot follow ${file}`)
}
