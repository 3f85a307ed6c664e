import { createAbortableIterator } from '../abortable-iterator.ts'
import { assertAbsolute, assertBytes } from '../assert-arguments.ts'
import { HostError } from '../errors.ts'
import { DEFAULT_MAX_LINE_BYTES, TailReader, type TailFile, type TailPlace } from '../tail-reader.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import type { SshConnection } from './ssh-connection.ts'
import { RunningScript, shellScript } from './ssh-files-stream.ts'
import { HOLD_FILE } from './ssh-tail-script.ts'
import { untilAborted } from './until-aborted.ts'

/** Each piece costs a round trip, and memory. */
const READ_BYTES = 256 * 1024
/** The script holds two files at most: the one that is read, and the one that took its place. */
const DESCRIPTORS = [3, 4] as const

/**
 * As `Host.tail`, by a script on the worker that holds the file open and answers questions: it takes one channel as long
 * as it is followed. A lost connection ends it with `connection-lost`; the last offset is where another one goes on.
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
      createAbortableIterator([signal], async function* (aborting) {
        const script = shellScript(HOLD_FILE, [file, noFollow ? 'no' : 'yes'])
        const channel = await connection.channel(script.line, { signal: aborting })
        const holder = new FileHolder(new RunningScript(channel, script), file, [aborting, connection.lost])
        try {
          yield* follow(holder, new TailReader(holder, settings), aborting)
        } finally {
          holder.release()
        }
      }),
  }
}

async function* follow(
  holder: FileHolder,
  reader: TailReader,
  signal: AbortSignal,
): AsyncGenerator<TailLine, void> {
  for (;;) {
    for (let chunk = await reader.read(); chunk !== undefined; chunk = await reader.read()) {
      for (const line of reader.lines.add(chunk)) {
        yield line
        signal.throwIfAborted()
      }
    }
    await holder.change()
  }
}

/** The file as the script sees it. One question at a time. */
class FileHolder implements TailPlace {
  readonly #script: RunningScript
  readonly #file: string
  readonly #signals: readonly AbortSignal[]
  readonly #free = new Set<number>(DESCRIPTORS)
  readonly #answers: AsyncIterator<string, void>

  constructor(script: RunningScript, file: string, signals: readonly AbortSignal[]) {
    this.#script = script
    this.#file = file
    this.#signals = signals
    this.#answers = script.lines()
  }

  async open(): Promise<TailFile | undefined> {
    const [descriptor] = this.#free
    if (descriptor === undefined) throw new HostError('io', `too many files at ${this.#file}`)
    const identity = this.#present(await this.#ask(`open ${descriptor}`))
    if (identity === undefined) return undefined
    this.#free.delete(descriptor)
    return {
      identity,
      size: async () => Number(await this.#ask(`size ${descriptor}`)),
      read: async (buffer, start) => {
        const answer = await this.#ask(`read ${descriptor} ${start} ${buffer.length}`)
        return buffer.write(answer, 'base64')
      },
      close: async () => {
        this.#free.add(descriptor)
        await this.#ask(`close ${descriptor}`)
      },
    }
  }

  async identity(): Promise<string | undefined> {
    return this.#present(await this.#ask('identity'))
  }

  /** Resolves when something may have changed. */
  async change(): Promise<void> {
    await this.#ask('change')
  }

  release(): void {
    this.#script.release()
  }

  async #ask(question: string): Promise<string> {
    this.#script.say(question)
    const next = await untilAborted(this.#answers.next(), this.#signals)
    if (next.done !== true) return next.value
    const { stderr } = await this.#script.result()
    throw new HostError('io', `cannot follow ${this.#file}: ${stderr.trim() || 'the script ended'}`)
  }

  #present(answer: string): string | undefined {
    if (answer === 'irregular') throw new HostError('io', `not a regular file: cannot follow ${this.#file}`)
    if (answer === 'denied') throw new HostError('permission-denied', `EACCES: cannot follow ${this.#file}`)
    return answer === 'nothing' ? undefined : answer
  }
}
