import type { Duplex } from 'node:stream'
import { setTimeout as delay } from 'node:timers/promises'
import { HostError } from '../errors.ts'
import type { ConnectTarget, Forward } from '../forward.ts'
import { joinStreams } from '../join-streams.ts'
import { connectHere } from '../local/connect.ts'
import type { KeptConnection } from './kept-connection.ts'
import type { ListenAddress, WorkerListener } from './ssh-connection.ts'

export interface SshForwardOptions {
  readonly listen: ListenAddress
  readonly to: ConnectTarget
  /** Each closes it. */
  readonly signals: readonly AbortSignal[]
}

/** The server of a broken connection may hold its port for a while: it is asked for again this often, in milliseconds. */
const AGAIN_MS = 1_000

/**
 * Has the worker listen, and joins every connection with one to `to` on this machine; on the next connection to the
 * worker it listens at the same place again. The caller closes it.
 */
export async function forwardFromWorker(
  connection: KeptConnection,
  options: SshForwardOptions,
): Promise<Forward> {
  const forward = new SshForward(connection, options)
  try {
    await forward.begin()
    return forward
  } catch (error) {
    await forward.close()
    throw error
  }
}

/** *listening*; *between connections*; *closed*. */
class SshForward implements Forward {
  readonly closed: Promise<void>
  readonly #connection: KeptConnection
  readonly #to: ConnectTarget
  readonly #streams = new Set<Duplex>()
  readonly #over = new AbortController()
  readonly #releases: (() => void)[] = []
  #at: ListenAddress
  #listener: WorkerListener | undefined
  #tellClosed: () => void = () => undefined
  #closing: Promise<void> | undefined

  constructor(connection: KeptConnection, { listen, to, signals }: SshForwardOptions) {
    this.#connection = connection
    this.#to = to
    this.#at = listen
    this.closed = new Promise((resolve) => (this.#tellClosed = resolve))
    const stop = (): void => void this.close()
    for (const signal of signals) {
      signal.addEventListener('abort', stop, { once: true })
      this.#releases.push(() => signal.removeEventListener('abort', stop))
    }
    const again = connection.onState(({ state }) => {
      if (state === 'connected') void this.#listenAgain()
    })
    this.#releases.push(() => again[Symbol.dispose]())
  }

  get port(): number {
    return 'port' in this.#at ? this.#at.port : 0
  }

  get connections(): number {
    return this.#streams.size
  }

  async begin(): Promise<void> {
    this.#listener = await this.#connection.listen(this.#at, (stream) => this.#take(stream))
    if ('port' in this.#at) this.#at = { port: this.#listener.port }
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    for (const release of this.#releases) release()
    this.#over.abort(new HostError('closed', 'the forward was closed'))
    await this.#listener?.close()
    for (const stream of this.#streams) stream.destroy()
    this.#tellClosed()
  }

  /** Until it listens, is closed, or another connection does it. */
  async #listenAgain(): Promise<void> {
    const { signal } = this.#over
    const { lost } = this.#connection
    while (!signal.aborted && !lost.aborted) {
      try {
        await this.begin()
        if (this.#closing) await this.#listener?.close()
        return
      } catch {
        await delay(AGAIN_MS, undefined, { signal }).catch(() => undefined)
      }
    }
  }

  #take(stream: Duplex): void {
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    // What it says meanwhile waits in the channel's window.
    connectHere(this.#to, this.#over.signal, { allowHalfOpen: true }).then(
      (ours) => {
        if (stream.destroyed) ours.destroy()
        else joinStreams(stream, ours)
      },
      () => stream.destroy(),
    )
  }
}
