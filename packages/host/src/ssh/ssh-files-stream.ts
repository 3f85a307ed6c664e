import { once } from 'node:events'
import type { ClientChannel } from 'ssh2'
import { exitOf } from './channel-exit.ts'
import type { ScriptResult } from './exec-script.ts'
import { createMarker, MarkerGate } from './marker-gate.ts'
import { shellLine } from './shell-line.ts'
import { connectionLost, type SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

/** Pieces that go to the worker together: each costs it one small program. */
const FRAME_BYTES = 512 * 1024

/** A script of ours and what it is started by. */
export interface ShellScript {
  readonly line: string
  readonly marker: ReturnType<typeof createMarker>
}

export function shellScript(script: string, args: readonly string[]): ShellScript {
  const marker = createMarker()
  return { line: shellLine(`echo ${marker.word}; echo ${marker.word} >&2; ${script}`, args), marker }
}

/**
 * What a script says, piece by piece; nothing is held but what is under way. Ends with `check` of how it ended.
 * @throws HostError `connection-lost`, `closed`; what `check` throws; the reason of `signal`
 */
export async function* readPieces(
  connection: SshConnection,
  script: ShellScript,
  signal: AbortSignal,
  check: (result: ScriptResult) => unknown,
): AsyncGenerator<Uint8Array, void> {
  const channel = await connection.channel(script.line, { signal })
  const { lost } = connection
  const running = new RunningScript(channel, script)
  const stop = () => void running.stdout.destroy((signal.aborted ? signal : lost).reason as Error)
  signal.addEventListener('abort', stop)
  lost.addEventListener('abort', stop)
  try {
    channel.end()
    for await (const piece of running.stdout) yield piece as Buffer
    check(await running.result())
  } finally {
    signal.removeEventListener('abort', stop)
    lost.removeEventListener('abort', stop)
    running.release()
  }
}

/**
 * Hands pieces to a script that takes them as `WRITE_PIECES` does. What the source throws is thrown when the script has
 * tidied up.
 */
export async function writePieces(
  connection: SshConnection,
  script: ShellScript,
  source: AsyncIterable<Uint8Array | string>,
): Promise<ScriptResult> {
  const channel = await connection.channel(script.line)
  const { lost } = connection
  const running = new RunningScript(channel, script)
  try {
    // The source is not asked before somebody can take what it has.
    const word = await untilAborted(running.firstLine(), [lost])
    if (word === undefined) return await running.result()
    let total = 0
    let failure: { readonly error: unknown } | undefined
    try {
      for await (const frame of frames(source)) {
        total += frame.length
        if (!(await untilAborted(running.sendFrame(frame), [lost]))) break
      }
    } catch (error) {
      if (lost.aborted) throw lost.reason
      failure = { error }
    }
    running.end(failure === undefined ? `end ${total}` : 'failed')
    const result = await untilAborted(running.result(), [lost])
    if (failure !== undefined) throw failure.error
    return result
  } finally {
    running.release()
  }
}

/** A script that says something and is told something meanwhile. */
export class RunningScript {
  readonly stdout: MarkerGate
  readonly exited: ReturnType<typeof exitOf>
  readonly #channel: ClientChannel
  readonly #mark: string
  #stderr = ''
  #hasExited = false
  #giveUp = (): void => undefined

  constructor(channel: ClientChannel, { marker }: ShellScript) {
    this.#channel = channel
    this.#mark = `${marker.text}\n`
    this.stdout = channel.pipe(new MarkerGate(marker, { inPieces: true }))
    this.stdout.on('error', () => undefined)
    channel.stderr.on(
      'data',
      (chunk: Buffer) => (this.#stderr = (this.#stderr + chunk.toString()).slice(-64_000)),
    )
    // A script may end before it has read all; how it ended tells.
    channel.on('error', () => undefined)
    this.exited = exitOf(channel)
    void this.exited.then(() => {
      this.#hasExited = true
      this.#giveUp()
    })
  }

  /** Its first line; `undefined` when it ended without one. What it says later is read away. */
  async firstLine(): Promise<string | undefined> {
    let said = ''
    const line = new Promise<string>((resolve) => {
      this.stdout.on('data', (chunk: Buffer) => {
        said = (said + chunk.toString('latin1')).slice(0, 4_096)
        if (said.includes('\n')) resolve(said.slice(0, said.indexOf('\n')))
      })
    })
    return Promise.race([line, this.exited.then(() => undefined)])
  }

  /** What it says, line by line, to be read from the beginning. Ends when it has ended. */
  async *lines(): AsyncGenerator<string, void> {
    let rest = ''
    for await (const chunk of this.stdout) {
      const lines = (rest + (chunk as Buffer).toString('latin1')).split('\n')
      rest = lines.pop() ?? ''
      yield* lines
    }
  }

  say(words: string): void {
    this.#channel.write(`${words}\n`)
  }

  /** Its last words to it: `end` and what came, or that there was a failure; without words it sees an early end. */
  end(words?: string): void {
    this.#channel.end(words === undefined ? undefined : `${words}\n`)
  }

  /** A piece behind a line with its length. False as `send`. */
  async sendFrame(frame: Uint8Array): Promise<boolean> {
    if (!this.#isTaking()) return false
    this.say(String(frame.length))
    return this.send(frame)
  }

  /** False when the script has ended and takes no more. */
  async send(piece: Uint8Array): Promise<boolean> {
    if (!this.#isTaking()) return false
    // ssh2 never says what became of a piece that a closed channel no longer takes.
    return new Promise<boolean>((resolve) => {
      this.#giveUp = () => resolve(false)
      this.#channel.write(piece, () => resolve(true))
    })
  }

  #isTaking(): boolean {
    return !this.#hasExited && this.#channel.writable
  }

  async result(): Promise<ScriptResult> {
    const exit = await this.exited
    if (exit === undefined)
      throw connectionLost('the worker', new Error('the command ended without a status'))
    this.stdout.resume()
    if (!this.#channel.stderr.readableEnded) await once(this.#channel.stderr, 'end')
    const at = this.#stderr.indexOf(this.#mark)
    const stderr = at < 0 ? this.#stderr : this.#stderr.slice(at + this.#mark.length)
    return { ...exit, stdout: Buffer.alloc(0), stderr }
  }

  release(): void {
    this.#channel.unpipe(this.stdout)
    this.#channel.resume()
    this.#channel.stderr.resume()
    this.#channel.close()
  }
}

/** Small pieces together, large ones as they are. */
async function* frames(source: AsyncIterable<Uint8Array | string>): AsyncGenerator<Buffer, void> {
  let pieces: Buffer[] = []
  let bytes = 0
  for await (const piece of source) {
    const buffer = typeof piece === 'string' ? Buffer.from(piece) : Buffer.from(piece)
    if (buffer.length === 0) continue
    pieces.push(buffer)
    bytes += buffer.length
    if (bytes < FRAME_BYTES) continue
    yield Buffer.concat(pieces)
    pieces = []
    bytes = 0
  }
  if (bytes > 0) yield Buffer.concat(pieces)
}
