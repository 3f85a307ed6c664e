import { Duplex, type Readable } from 'node:stream'
import { assertSocketPath } from '../assert-socket-path.ts'
import { HostError } from '../errors.ts'
import { createMarker, MarkerGate } from './marker-gate.ts'
import { shellLine } from './shell-line.ts'
import { RELAY, RELAY_PROGRAMS } from './ssh-connect-relay.ts'
import { channelStream, type ChannelStreamOptions } from './ssh-connect-stream.ts'
import type { SshConnection } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

export interface ConnectOptions extends ChannelStreamOptions {
  readonly signal?: AbortSignal
}

/**
 * A program of the worker that carries a socket over its standard input and output, in place of those that are looked
 * for: gets the socket's path, returns an argv. A stream by it stands when the program has begun, connected or not.
 */
export type RelayCommand = (unix: string) => readonly [string, ...string[]]

/**
 * Streams to unix sockets of a worker: by the connection itself, or where its server forbids that by a program there.
 * A server does not say whether it forbids or nobody listens. So until one way has worked, both are tried.
 */
export class UnixConnector {
  readonly #connection: SshConnection
  readonly #platform: string
  readonly #relay: RelayCommand | undefined
  #way: 'direct' | 'relay' | undefined

  constructor(connection: SshConnection, platform: string, relay?: RelayCommand) {
    this.#connection = connection
    this.#platform = platform
    this.#relay = relay
  }

  /** As `Host.connect`. @throws HostError `connect-failed`, `connection-lost`, `closed`; the reason of `signal` */
  async connect(unix: string, options: ConnectOptions = {}): Promise<Duplex> {
    assertSocketPath(unix, this.#platform)
    options.signal?.throwIfAborted()
    const direct = this.#way === 'relay' ? undefined : await this.#direct(unix, options)
    if (direct instanceof Duplex) return direct
    const relayed = await this.#relayed(unix, options)
    // Now somebody listens, who may have begun after the first try: a refusal is the server's from here on.
    const later = this.#way === undefined ? await this.#direct(unix, options) : undefined
    if (later === undefined) {
      this.#way = 'relay'
      return relayed
    }
    relayed.destroy()
    return later
  }

  /** `undefined` when another way may do. */
  async #direct(unix: string, options: ConnectOptions): Promise<Duplex | undefined> {
    try {
      const channel = await this.#connection.streamLocal(unix, options)
      this.#way = 'direct'
      return channelStream(this.#connection, channel, channel, options)
    } catch (error) {
      const isRefused = error instanceof HostError && error.code === 'connect-failed'
      if (!isRefused || this.#way === 'direct') throw error
      return undefined
    }
  }

  async #relayed(unix: string, options: ConnectOptions): Promise<Duplex> {
    const { signal } = options
    const marker = createMarker()
    const own = this.#relay?.(unix)
    const script = own === undefined ? RELAY : 'printf "ok\\0"; exec "$@"'
    const line = shellLine(`echo ${marker.word}; ${script}`, own ?? [unix, ...RELAY_PROGRAMS])
    const channel = await this.#connection.channel(line, signal === undefined ? {} : { signal })
    const gate = channel.pipe(new MarkerGate(marker))
    // What goes on when the channel breaks off is the end of the stream.
    channel.once('close', () => gate.end())
    channel.on('error', () => undefined)
    let trouble = ''
    channel.stderr.on('data', (chunk: Buffer) => (trouble = (trouble + chunk.toString()).slice(-1_000)))
    try {
      const said = await untilAborted(readWord(gate), [this.#connection.lost, signal])
      if (said === 'ok') return channelStream(this.#connection, channel, gate, options)
      throw relayFailed(unix, said, trouble.trim())
    } catch (error) {
      gate.resume()
      channel.resume()
      channel.close()
      throw error
    }
  }
}

function relayFailed(unix: string, said: string | undefined, trouble: string): HostError {
  const why =
    said === 'missing'
      ? 'the server forbids it or nobody listens, and the worker has no perl, python3, node, socat or nc'
      : trouble.replace(/^.*connect: /s, '') || 'nobody listens'
  const cause = new Error(trouble === '' ? why : trouble)
  return new HostError('connect-failed', `cannot connect to ${unix}: ${why}`, { cause })
}

/** What stands before the first NUL; the rest stays in the stream. `undefined` when the stream ends before. */
async function readWord(source: Readable): Promise<string | undefined> {
  let seen = Buffer.alloc(0)
  for (;;) {
    const piece = source.read() as Buffer | null
    if (piece !== null) seen = Buffer.concat([seen, piece])
    const end = seen.indexOf(0)
    if (end >= 0) {
      const rest = seen.subarray(end + 1)
      if (rest.length > 0) source.unshift(rest)
      return seen.toString('utf8', 0, end)
    }
    if (source.readableEnded || source.destroyed) return undefined
    if (piece === null) await readableOrOver(source)
  }
}

async function readableOrOver(source: Readable): Promise<void> {
  const names = ['readable', 'end', 'close'] as const
  await new Promise<void>((resolve) => {
    const done = () => {
      for (const name of names) source.off(name, done)
      resolve()
    }
    for (const name of names) source.on(name, done)
  })
}
