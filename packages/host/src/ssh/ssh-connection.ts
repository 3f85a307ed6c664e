import type { Duplex } from 'node:stream'
import type { Client, ClientChannel, ExecOptions, SFTPWrapper } from 'ssh2'
import { HostError } from '../errors.ts'
import { exitOf } from './channel-exit.ts'
import { ChannelSlots, type Slot } from './channel-slots.ts'
import { joinWrites } from './ssh-connection-writes.ts'
import { PTY_WINDOW_BYTES, withWindow } from './ssh-pty-window.ts'
import { untilAborted } from './until-aborted.ts'
import { WorkerListeners } from './worker-listeners.ts'

/** Asks for a terminal, whose output then comes with a small window. */
export interface PtyRequest {
  readonly columns: number
  readonly rows: number
  readonly term: string
  /** How the terminal begins, as RFC 4254, 8 names it. */
  readonly modes: Readonly<Record<string, number>>
}

export interface ChannelOptions {
  /** Gives up waiting; the channel is closed if it comes later. Without effect once the channel is there. */
  readonly signal?: AbortSignal
  readonly pty?: PtyRequest
  /** For what ends something else: it may take the channel that is kept back from all others. @default false */
  readonly urgent?: boolean
}

/**
 * One authenticated connection to a worker, and the channels on it.
 *
 * Everything that waits on a channel also has to watch `lost`: when the connection goes away, ssh2 closes its channels,
 * but calls no callback that is still pending (`beforeLost` does that for a promise). A channel stays half-open until
 * `end()` was called, and its `close` event comes only when stdout *and* stderr were read to their ends or resumed; a
 * `close` without an `exit` before it means that nobody knows how the command ended.
 */
export interface SshConnection {
  /**
   * Runs a command line by the account's shell, on a channel of its own. Resolves when the server has accepted the
   * command. The server allows a bounded number of sessions (OpenSSH: `MaxSessions` 10, the SFTP session counts): when
   * all are taken it waits for one. The channel frees its place with its `close` event, so that it must be read to the
   * end, or ended with `channel.close()`. Closing a channel does not end the command.
   *
   * The account's shell may be any (fish, csh): give it a line of `shellLine` or use `execScript`.
   * @throws HostError `connection-lost`, `closed`; `io` when the server refuses; the reason of `signal`
   */
  channel(command: string, options?: ChannelOptions): Promise<ClientChannel>
  /**
   * The SFTP session that all share, opened at the first call and again after it broke. Nobody ends it.
   * @throws HostError as `channel`
   */
  sftp(): Promise<SFTPWrapper>
  /**
   * Opens a stream to a unix socket of the worker (`direct-streamlocal@openssh.com`). The caller destroys it.
   * @throws HostError `connect-failed` when nobody listens there or the server forbids it; else as `channel`
   */
  streamLocal(path: string, options?: { readonly signal?: AbortSignal }): Promise<Duplex>
  /**
   * Opens a stream to a port on the worker's loopback (`direct-tcpip`). The caller destroys it.
   * @throws HostError `connect-failed` when nobody listens there, `unsupported` when the server forbids it; else as `channel`
   */
  direct(port: number, options?: { readonly signal?: AbortSignal }): Promise<Duplex>
  /**
   * Has the worker listen on its loopback, or at a unix socket, and hands over each connection that comes there.
   * @throws HostError `listen-failed`, `unsupported` when the server forbids it; else as `channel`
   */
  listen(at: ListenAddress, onConnection: (stream: Duplex) => void): Promise<WorkerListener>
  /** Aborts when the connection is gone, with HostError `connection-lost`, or `closed` when `close` was called. */
  readonly lost: AbortSignal
  /** Ends the connection and every channel on it. Idempotent; resolves when the socket is closed. */
  close(): Promise<void>
}

/** 0 for any free port. */
export type ListenAddress = { readonly port: number } | { readonly unix: string }

export interface WorkerListener {
  /** 0 for a unix socket. */
  readonly port: number
  /** Listens no more; what is connected stays. Never rejects. */
  close(): Promise<void>
}

/** How long a peer may take to close its side after we have closed ours. */
const CLOSE_MS = 1_000

/** The connection over a client that has authenticated. It owns the client from now on. */
export class ClientConnection implements SshConnection {
  readonly #client: Client
  readonly #name: string
  readonly #lost = new AbortController()
  readonly #slots: ChannelSlots
  readonly #listeners: WorkerListeners
  readonly #ended: Promise<void>
  #sftp: Promise<SFTPWrapper> | undefined
  #closing: Promise<void> | undefined

  /** @param name `user@machine`, for messages */
  constructor(client: Client, name: string, maxSessions: number) {
    this.#client = client
    this.#name = name
    this.#slots = new ChannelSlots(maxSessions)
    this.#listeners = new WorkerListeners(client, name)
    joinWrites(client)
    let cause: Error | undefined
    // An error without a listener would end the orchestrator; `close` follows it.
    client.on('error', (error) => (cause ??= error))
    this.#ended = new Promise((resolve) => {
      client.once('close', () => {
        this.#lost.abort(connectionLost(name, cause))
        resolve()
      })
    })
  }

  get lost(): AbortSignal {
    return this.#lost.signal
  }

  async channel(command: string, options: ChannelOptions = {}): Promise<ClientChannel> {
    const { signal, pty, urgent = false } = options
    const client = this.#client
    const exec = (request: ExecOptions, done: (error: Error | undefined, opened: ClientChannel) => void) =>
      client.exec(command, request, (error, opened) => {
        if (error === undefined) void exitOf(opened)
        done(error, opened)
      })
    if (pty === undefined) return this.#session(signal, urgent, (done) => exec({}, done))
    const { columns: cols, rows, term, modes } = pty
    const request = { pty: { cols, rows, term, modes } }
    return this.#session(signal, urgent, (done) =>
      withWindow(client, PTY_WINDOW_BYTES, () => exec(request, done)),
    )
  }

  async sftp(): Promise<SFTPWrapper> {
    this.lost.throwIfAborted()
    this.#sftp ??= this.#openSftp().catch((error: unknown) => {
      this.#sftp = undefined
      throw error
    })
    return this.#sftp
  }

  async streamLocal(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    const open = this.#ask<ClientChannel>(options.signal, (done) =>
      this.#client.openssh_forwardOutStreamLocal(path, done),
    )
    return explainOpening(open, path)
  }

  async direct(port: number, options: { readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    const open = this.#ask<ClientChannel>(options.signal, (done) =>
      this.#client.forwardOut(LOOPBACK, 0, LOOPBACK, port, done),
    )
    return explainOpening(open, `port ${port}`, 'AllowTcpForwarding')
  }

  listen(at: ListenAddress, onConnection: (stream: Duplex) => void): Promise<WorkerListener> {
    return this.#listeners.add(at, onConnection, this.lost)
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  async #close(): Promise<void> {
    this.#lost.abort(new HostError('closed', 'the connection was closed'))
    this.#client.end()
    const late = setTimeout(() => this.#client.destroy(), CLOSE_MS)
    await this.#ended
    clearTimeout(late)
  }

  async #openSftp(): Promise<SFTPWrapper> {
    const session = await this.#session<SFTPWrapper>(undefined, false, (done) => this.#client.sftp(done))
    session.on('error', () => undefined)
    session.once('close', () => (this.#sftp = undefined))
    return session
  }

  /** Opens what counts as a session. A refusal while others are open teaches how many the server allows. */
  async #session<T extends ClientChannel | SFTPWrapper>(
    signal: AbortSignal | undefined,
    urgent: boolean,
    open: (done: (error: Error | undefined, opened: T) => void) => unknown,
  ): Promise<T> {
    for (;;) {
      const slot = await this.#slots.take(urgent, signal, this.lost)
      try {
        return holdUntilClosed(slot, await this.#ask(signal, open))
      } catch (error) {
        slot.free()
        if (!isOpenFailure(error)) throw error
        if (!this.#slots.lower())
          throw new HostError('io', `${this.#name} opens no channel: ${error.message}`, { cause: error })
      }
    }
  }

  /** Calls ssh2 and waits for its callback, for the loss of the connection, or for the caller's signal. */
  async #ask<T extends { end(): unknown }>(
    signal: AbortSignal | undefined,
    call: (done: (error: Error | undefined, opened: T) => void) => unknown,
  ): Promise<T> {
    signal?.throwIfAborted()
    this.lost.throwIfAborted()
    const answer = new Promise<T>((resolve, reject) => {
      try {
        call((error, opened) => {
          if (error !== undefined) reject(this.#explained(error))
          else resolve(opened)
        })
      } catch (error) {
        // ssh2 throws when the socket has ended, a moment before it says `close`.
        reject(connectionLost(this.#name, error))
      }
    })
    try {
      return await untilAborted(answer, [this.lost, signal])
    } catch (error) {
      void answer.then(discard, () => undefined)
      throw error
    }
  }

  #explained(error: Error): Error {
    if (this.lost.aborted) return this.lost.reason as Error
    if (isOpenFailure(error)) return error
    return new HostError('io', `${this.#name} refused: ${error.message}`, { cause: error })
  }
}

/** What the connection's end means for a call that waits on it. */
export function connectionLost(name: string, cause: unknown): HostError {
  const why = cause instanceof Error ? `: ${cause.message}` : ''
  return new HostError('connection-lost', `the connection to ${name} is gone${why}`, { cause })
}

/** Settles as `work` does, or rejects with the reason of `connection.lost` as soon as that aborts. */
export async function beforeLost<T>(connection: Pick<SshConnection, 'lost'>, work: Promise<T>): Promise<T> {
  return untilAborted(work, [connection.lost])
}

/** @param setting what a server must be told so that it opens it; `undefined` where there is another way */
async function explainOpening(open: Promise<Duplex>, where: string, setting?: string): Promise<Duplex> {
  const stream = await open.catch((error: unknown) => {
    if (!isOpenFailure(error)) throw error
    const isForbidden = error.reason === ADMINISTRATIVELY_PROHIBITED
    if (isForbidden && setting !== undefined) {
      const message = `cannot connect to ${where}: the server forbids it, see ${setting} in its sshd_config`
      throw new HostError('unsupported', message, { cause: error })
    }
    const why = isForbidden ? 'the server forbids it' : 'nobody listens'
    throw new HostError('connect-failed', `cannot connect to ${where}: ${why}`, { cause: error })
  })
  // An error that nobody listens to would end the orchestrator; `close` tells every holder of the stream.
  stream.on('error', () => undefined)
  return stream
}

const LOOPBACK = '127.0.0.1'

/** RFC 4254, 5.1: what a server answers that does not want to open this kind of channel. */
const ADMINISTRATIVELY_PROHIBITED = 1

function isOpenFailure(error: unknown): error is Error & { readonly reason: number } {
  return error instanceof Error && 'reason' in error && typeof error.reason === 'number'
}

function holdUntilClosed<T extends ClientChannel | SFTPWrapper>(slot: Slot, opened: T): T {
  opened.once('close', () => slot.free())
  return opened
}

/** It came after nobody wanted it any more: read it away, so that its `close` comes and the server lets go of it. */
function discard(opened: { end(): unknown }): void {
  if ('stderr' in opened) {
    const channel = opened as ClientChannel
    channel.on('error', () => undefined).resume()
    channel.stderr.resume()
    channel.close()
  }
  opened.end()
}
