import { chmod, stat, unlink } from 'node:fs/promises'
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { HostError } from '../errors.ts'
import type { Forward } from '../forward.ts'
import { joinStreams } from '../join-streams.ts'
import { connectUnix } from './connect.ts'

export interface RelayOptions {
  readonly port?: number
  readonly unix?: string
  /** Opens the far side of one connection. */
  readonly connect: (signal: AbortSignal) => Promise<Duplex>
  /** Closes it. */
  readonly ended: AbortSignal
}

/**
 * Listens on this machine and joins every connection with one of `connect`. The caller closes it.
 * @throws HostError `address-in-use`, `permission-denied`, `io`
 */
export async function openRelay({ port = 0, unix, connect, ended }: RelayOptions): Promise<Forward> {
  ended.throwIfAborted()
  if (unix !== undefined) await removeDeadSocket(unix)
  // Half-open: a side that has said everything may still listen.
  const server = createServer({ allowHalfOpen: true, pauseOnConnect: true })
  await listening(server, unix === undefined ? { port } : { unix })
  if (unix !== undefined) await chmod(unix, 0o600)
  return new Relay(server, connect, ended)
}

class Relay implements Forward {
  readonly port: number
  readonly closed: Promise<void>
  readonly #server: Server
  readonly #ended: AbortSignal
  readonly #over = new AbortController()
  readonly #streams = new Set<Duplex>()
  readonly #stop = (): void => void this.close()

  constructor(server: Server, connect: RelayOptions['connect'], ended: AbortSignal) {
    const address = server.address() as AddressInfo | string
    this.port = typeof address === 'string' ? 0 : address.port
    this.#server = server
    this.#ended = ended
    this.closed = new Promise((resolve) => server.once('close', resolve))
    server.on('connection', (socket: Socket) => void this.#join(socket, connect))
    ended.addEventListener('abort', this.#stop, { once: true })
    if (ended.aborted) this.#stop()
  }

  get connections(): number {
    return this.#streams.size
  }

  async close(): Promise<void> {
    this.#ended.removeEventListener('abort', this.#stop)
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

  async #join(socket: Socket, connect: RelayOptions['connect']): Promise<void> {
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
      reject(new HostError(codeOf(cause), `${cause.code ?? 'failed'}: cannot listen at ${where}`, { cause }))
    })
    if ('unix' in address) server.listen(address.unix, resolve)
    else server.listen(address.port, '127.0.0.1', resolve)
  })
}

function codeOf({ code }: NodeJS.ErrnoException): 'address-in-use' | 'permission-denied' | 'io' {
  if (code === 'EADDRINUSE') return 'address-in-use'
  return code === 'EACCES' ? 'permission-denied' : 'io'
}

/** One that somebody listens at is left: listening will say so. */
async function removeDeadSocket(path: string): Promise<void> {
  const found = await stat(path).catch(() => undefined)
  if (!found?.isSocket()) return
  try {
    const stream = await connectUnix(path, undefined)
    stream.destroy()
  } catch {
    await unlink(path).catch(() => undefined)
  }
}
