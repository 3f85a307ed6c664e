import type { Duplex } from 'node:stream'
import { HostError } from '../errors.ts'
import type { ConnectTarget, Forward } from '../forward.ts'
import { joinStreams } from '../join-streams.ts'
import { connectHere } from '../local/connect.ts'
import type { ListenAddress, SshConnection, WorkerListener } from './ssh-connection.ts'

export interface SshForwardOptions {
  readonly listen: ListenAddress
  readonly to: ConnectTarget
  /** Each closes it. */
  readonly signals: readonly AbortSignal[]
}

/** Has the worker listen, and joins every connection with one to `to` on this machine. The caller closes it. */
export async function forwardFromWorker(
  connection: SshConnection,
  { listen, to, signals }: SshForwardOptions,
): Promise<Forward> {
  const streams = new Set<Duplex>()
  const over = new AbortController()
  const take = (stream: Duplex): void => {
    streams.add(stream)
    stream.once('close', () => streams.delete(stream))
    // What it says meanwhile waits in the channel's window.
    connectHere(to, over.signal, { allowHalfOpen: true }).then(
      (ours) => {
        if (stream.destroyed) ours.destroy()
        else joinStreams(stream, ours)
      },
      () => stream.destroy(),
    )
  }
  const listener = await connection.listen(listen, take)
  return new SshForward(listener, streams, over, [...signals, connection.lost])
}

class SshForward implements Forward {
  readonly port: number
  readonly closed: Promise<void>
  readonly #streams: Set<Duplex>
  readonly #close: () => Promise<void>
  #closing: Promise<void> | undefined

  constructor(
    listener: WorkerListener,
    streams: Set<Duplex>,
    over: AbortController,
    signals: readonly AbortSignal[],
  ) {
    this.port = listener.port
    this.#streams = streams
    let tell = (): void => undefined
    this.closed = new Promise((resolve) => (tell = resolve))
    const stop = (): void => void this.close()
    this.#close = async () => {
      for (const signal of signals) signal.removeEventListener('abort', stop)
      over.abort(new HostError('closed', 'the forward was closed'))
      await listener.close()
      for (const stream of streams) stream.destroy()
      tell()
    }
    for (const signal of signals) {
      signal.addEventListener('abort', stop, { once: true })
      if (signal.aborted) stop()
    }
  }

  get connections(): number {
    return this.#streams.size
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }
}
