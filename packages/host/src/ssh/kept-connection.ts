import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import type { ClientChannel, SFTPWrapper } from 'ssh2'
import { HostError } from '../errors.ts'
import type { ChannelOptions, ListenAddress, SshConnection, WorkerListener } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

/** How a host stands to its worker. */
export type LinkState =
  | { readonly state: 'connected' }
  /** The connection broke; `attempt` counts the ones that were made to connect again, from 1. */
  | { readonly state: 'lost'; readonly reason: Error; readonly attempt: number }
  | { readonly state: 'closed' }

export interface KeptConnectionOptions {
  /** Opens another connection. */
  readonly dial: (signal: AbortSignal) => Promise<SshConnection>
  /** How long a call waits for the next connection, in milliseconds. */
  readonly waitMs: number
}

/** The first wait before another attempt, and the longest; each is that and half as much again, by chance. */
const FIRST_WAIT_MS = 200
const LONGEST_WAIT_MS = 15_000
/** These do not pass by themselves: the next call tries again, and nobody else does. */
const FINAL: readonly string[] = ['auth-failed', 'unknown-host-key', 'host-key-changed', 'host-key-revoked']

/**
 * The connection to a worker over any number of connections in sequence: *connected*; *lost*, while another one is
 * dialled again and again; *closed* for good. A call that comes while it is lost waits for the next connection; one that
 * was under way rejects with `connection-lost`.
 */
export class KeptConnection implements SshConnection {
  readonly #options: KeptConnectionOptions
  readonly #over = new AbortController()
  readonly #listeners = new Set<(state: LinkState) => void>()
  #state: LinkState = { state: 'connected' }
  #current: SshConnection | undefined
  #reason: Error | undefined
  #dialling: Promise<void> | undefined
  #waiting: {
    readonly promise: Promise<SshConnection>
    readonly settle: (next: SshConnection | Error) => void
  }

  constructor(first: SshConnection, options: KeptConnectionOptions) {
    this.#options = options
    this.#waiting = nextOne()
    setMaxListeners(0, this.#over.signal)
    this.#take(first)
  }

  /** Of the connection that stands. While none does: aborts when it is closed for good. */
  get lost(): AbortSignal {
    return this.#current?.lost ?? this.#over.signal
  }

  get #isOver(): boolean {
    return this.#over.signal.aborted
  }

  /** @throws HostError why there is none, after the longest wait or at once when it will not come by itself; `closed` */
  async live(signal?: AbortSignal): Promise<SshConnection> {
    this.#over.signal.throwIfAborted()
    if (this.#current) return this.#current
    this.#redial()
    const late = new AbortController()
    const timer = setTimeout(() => late.abort(this.#reason), this.#options.waitMs)
    try {
      return await untilAborted(this.#waiting.promise, [this.#over.signal, late.signal, signal])
    } finally {
      clearTimeout(timer)
    }
  }

  async channel(command: string, options: ChannelOptions = {}): Promise<ClientChannel> {
    return (await this.live(options.signal)).channel(command, options)
  }

  async sftp(): Promise<SFTPWrapper> {
    return (await this.live()).sftp()
  }

  async streamLocal(path: string, options: { readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    return (await this.live(options.signal)).streamLocal(path, options)
  }

  async direct(port: number, options: { readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    return (await this.live(options.signal)).direct(port, options)
  }

  async listen(at: ListenAddress, onConnection: (stream: Duplex) => void): Promise<WorkerListener> {
    return (await this.live()).listen(at, onConnection)
  }

  get state(): LinkState {
    return this.#state
  }

  /** Disposing what it returns ends the listening. */
  onState(listener: (state: LinkState) => void): Disposable {
    // Each call counts by itself.
    const own = (state: LinkState): void => listener(state)
    this.#listeners.add(own)
    return { [Symbol.dispose]: () => void this.#listeners.delete(own) }
  }

  async close(): Promise<void> {
    if (!this.#over.signal.aborted) {
      this.#over.abort(new HostError('closed', 'the host was closed'))
      this.#tell({ state: 'closed' })
    }
    await Promise.all([this.#dialling, this.#current?.close()])
  }

  #take(connection: SshConnection): void {
    // One listener per running program.
    setMaxListeners(0, connection.lost)
    this.#current = connection
    this.#waiting.settle(connection)
    const lost = (): void => {
      if (this.#over.signal.aborted) return
      this.#current = undefined
      this.#waiting = nextOne()
      this.#reason = connection.lost.reason as Error
      this.#redial()
    }
    connection.lost.addEventListener('abort', lost, { once: true })
    if (connection.lost.aborted) lost()
  }

  /** Never rejects. Ends with a connection, when it is closed, or with a failure that does not pass by itself. */
  async #dialAgain(): Promise<void> {
    const { dial } = this.#options
    const { signal } = this.#over
    for (let attempt = 1; !signal.aborted; attempt += 1) {
      this.#tell({ state: 'lost', reason: this.#reason ?? new Error('it was not connected'), attempt })
      try {
        const next = await dial(signal)
        if (this.#isOver) await next.close()
        else this.#take(next)
        if (this.#current) this.#tell({ state: 'connected' })
        return
      } catch (error) {
        this.#reason = error instanceof Error ? error : new Error(String(error))
        if (error instanceof HostError && FINAL.includes(error.code)) {
          const { settle } = this.#waiting
          this.#waiting = nextOne()
          settle(error)
          return
        }
      }
      await this.#pause(Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (attempt - 1)))
    }
  }

  #redial(): void {
    this.#dialling ??= this.#dialAgain().finally(() => (this.#dialling = undefined))
  }

  #tell(state: LinkState): void {
    this.#state = state
    for (const listener of [...this.#listeners]) listener(state)
  }

  #pause(waitMs: number): Promise<void> {
    const { signal } = this.#over
    return new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        resolve()
      }
      const timer = setTimeout(done, waitMs * (1 + Math.random() / 2))
      signal.addEventListener('abort', done, { once: true })
    })
  }
}

function nextOne(): {
  readonly promise: Promise<SshConnection>
  readonly settle: (next: SshConnection | Error) => void
} {
  let settle!: (next: SshConnection | Error) => void
  const promise = new Promise<SshConnection>((resolve, reject) => {
    settle = (next) => (next instanceof Error ? reject(next) : resolve(next))
  })
  promise.catch(() => undefined)
  return { promise, settle }
}
