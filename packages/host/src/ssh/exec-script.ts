import type { ClientChannel } from 'ssh2'
import { HostError } from '../errors.ts'
import { exitOf } from './channel-exit.ts'
import { createMarker, MarkerGate } from './marker-gate.ts'
import { shellLine } from './shell-line.ts'
import { connectionLost, type SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

export interface ScriptOptions {
  /** Given to the script's standard input, which is then closed: the place for whatever is secret. @default nothing */
  readonly stdin?: string | Uint8Array
  /** Most bytes of each of stdout and stderr. @default 16 MiB */
  readonly maxBytes?: number
  /** Stops waiting. The script itself goes on: write it so that it ends by itself. */
  readonly signal?: AbortSignal
  /** As in `ChannelOptions`. @default false */
  readonly urgent?: boolean
}

export interface ScriptResult {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: Buffer
  readonly stderr: string
}

/**
 * Runs a small script of ours on the worker, as `sh -c script sh ...args` in the account's home and environment, in one
 * round trip. A non-zero exit is a result. What the account's start files print is left out of the result.
 *
 * It is for scripts that end by themselves and leave nothing in the background; programs of the caller go by `execSsh`.
 * Script and arguments stand in the process table: secrets go by `stdin`.
 * @throws HostError `connection-lost`, `closed`, `too-large`; `io` when the account runs no command; the reason of `signal`
 */
export async function execScript(
  connection: SshConnection,
  script: string,
  args: readonly string[] = [],
  options: ScriptOptions = {},
): Promise<ScriptResult> {
  const { stdin, maxBytes = DEFAULT_MAX_BYTES, signal, urgent = false } = options
  const marker = createMarker()
  const line = shellLine(`echo ${marker.word}; echo ${marker.word} >&2; ${script}`, args)
  const channel = await connection.channel(line, { urgent, ...(signal && { signal }) })
  try {
    const stdout = new MarkerGate(marker)
    const outputs = Promise.all([collect(channel, stdout, maxBytes), collectError(channel, maxBytes, marker)])
    const ended = exitOf(channel)
    // A script may end before it has read all: that is its right, and the exit code tells.
    channel.on('error', () => undefined)
    channel.end(stdin)
    const whole = Promise.all([outputs, ended])
    const [[out, error], exit] = await untilAborted(whole, [connection.lost, signal])
    if (exit === undefined)
      throw connectionLost('the worker', new Error('the command ended without a status'))
    if ((await stdout.opened) === undefined) {
      const said = stdout.noise || error.toString().trim().slice(-500)
      throw new HostError('io', `the account's shell runs no command: ${said || 'it said nothing'}`)
    }
    return { ...exit, stdout: out, stderr: error.toString() }
  } finally {
    channel.resume()
    channel.stderr.resume()
    channel.close()
  }
}

async function collect(channel: ClientChannel, gate: MarkerGate, maxBytes: number): Promise<Buffer> {
  return readAll(channel.pipe(gate), maxBytes)
}

async function collectError(
  channel: ClientChannel,
  maxBytes: number,
  marker: ReturnType<typeof createMarker>,
): Promise<Buffer> {
  const gate = new MarkerGate(marker)
  const said = await readAll(channel.stderr.pipe(gate), maxBytes)
  return (await gate.opened) === undefined ? Buffer.from(gate.noise) : said
}

async function readAll(stream: AsyncIterable<Buffer>, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of stream) {
    bytes += chunk.length
    if (bytes > maxBytes) throw new HostError('too-large', `more than ${maxBytes} bytes of output`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}
