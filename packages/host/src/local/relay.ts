import { chmod, stat, unlink } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { HostError } from '../errors.ts'
import type { Forward } from '../forward.ts'
import { joinStreams } from '../join-streams.ts'
import { connectHere } from './connect.ts'

/** Opens the far side of one connection. */
type Connect = (signal: AbortSignal) => Promise<Duplex>

/**
 * Listens on this machine, on loopback (0 for any free port) or at a unix socket, and joins every connection with one
 * of `connect`. The caller closes it; each of `signals` does too.
 * @throws HostError `listen-failed`
 */
export async function openRelay(
  at: { readonly port: number } | { readonly unix: string },
  connect: Connect,
  signals: readonly AbortSignal[],
): Promise<Forward> {
  if ('unix' in at) await removeDeadSocket(at.unix)
  // Half-open: a side that has said everything may still listen.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  await listening(server, at)
  if ('unix' in at) await chmod(at.unix, 0o600)
  return new Relay(server, connect, signals)
}

class Relay implements Forward {
  readonly port: number
  readonly closed: Promise<void>
  readonly #server: Server
  readonly #signals: readonly AbortSignal[]
  readonly #over = new AbortController()
  readonly #streams = new Set<Duplex>()
  readonly #stop = (): void => void this.close()

  constructor(server: Server, connect: Connect, signals: readonly AbortSignal[]) {
    const address = server.address() as AddressInfo | string
    this.port = typeof address === 'string' ? 0 : address.port
    this.#server = server
    this.#signals = signals
    this.closed = new Promise((resolve) => server.once('close', resolve))
    server.on('connection', (socket: Socket) => void this.#join(socket, connect))
    for (const signal of signals) {
      signal.addEventListener('abort', this.#stop, { once: true })
      if (signal.aborted) this.#stop()
    }
  }

  get connections(): number {
    return this.#streams.size
  }

  async close(): Promise<void> {
    for (const signal of this.#signals) signal.removeEventListener('abort', this.#stop)
    if (!this.#over.signal.aborted) {
      this.#over.abort(new HostError('closed', 'the forward was closed'))
      this.#server.close()
      for (const stream of this.#streams) stream.destroy()
    }
    await this.closed
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #join(socket: Socket, connect: Connect): Promise<void> {
    socket.on('error', () => undefined)
    socket.setNoDelay(true)
    this.#streams.add(socket)
    socket.once('close', () => this.#streams.delete(socket))
    try {
      const far = await connect(this.#over.signal)
      if (socket.destroyed) far.destroy()
      else joinStreams(socket, far)
    } catch {
      socket.destroy()
    }
  }
}

function listening(
  server: Server,
  address: { readonly port: number } | { readonly unix: string },
): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => {
      const where = 'unix' in address ? address.unix : `port ${address.port}`
      reject(
        new HostError('listen-failed', `${cause.code ?? 'failed'}: cannot listen at ${where}`, { cause }),
      )
    })
    if ('unix' in address) server.listen(address.unix, resolve)
    else server.listen(address.port, '127.0.0.1', resolve)
  })
}

/** One that somebody listens at is left: listening will say so. */
async function removeDeadSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isSocket()) return
  try {
    const stream = await connectHere({ unix: path }, undefined)
    stream.destroy()
  } catch {
    await unlink(path).catch(() => undefined)
  }
}
