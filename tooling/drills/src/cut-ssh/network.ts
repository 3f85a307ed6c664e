import { once } from 'node:events'
import { createServer, connect, type AddressInfo, type Server, type Socket } from 'node:net'
import type { SshdFixture } from '@x/fixtures'

/**
 * How a way fails. `closed`: nobody can connect either, for a while. `killed`: the server's side of every connection
 * dies. `restarted`: the whole server does, and comes back on its port with its keys.
 */
export const FAULTS = ['reset', 'freeze', 'killed', 'closed', 'restarted'] as const
export type Fault = (typeof FAULTS)[number]

/** How long a network is frozen, or closed. */
const OUTAGE_MS = 1_500

/** A relay between us and a server, which fails as it is told. Whoever opens it closes it. */
export class Network implements AsyncDisposable {
  readonly port: number
  private readonly server: Server
  private readonly pairs = new Set<readonly [Socket, Socket]>()
  private isClosed = false

  private constructor(server: Server, target: number) {
    this.server = server
    this.port = (server.address() as AddressInfo).port
    server.on('connection', (near: Socket) => this.join(near, target))
  }

  static async open(target: number): Promise<Network> {
    const server = createServer({ pauseOnConnect: true })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return new Network(server, target)
  }

  /** Fails now; it has recovered when the promise resolves. */
  async fail(fault: Fault, server: Pick<SshdFixture, 'cut' | 'restart'>): Promise<void> {
    const broken = [...this.pairs]
    switch (fault) {
      case 'reset':
        for (const pair of broken) for (const socket of pair) socket.resetAndDestroy()
        return
      case 'killed':
        server.cut()
        return
      case 'restarted':
        await server.restart()
        return
      case 'closed':
        this.isClosed = true
        for (const pair of broken) for (const socket of pair) socket.resetAndDestroy()
        await pause()
        this.isClosed = false
        return
      case 'freeze':
        // Whatever is said is neither delivered nor refused.
        for (const pair of broken) for (const socket of pair) socket.pause().unpipe()
        this.isClosed = true
        await pause()
        this.isClosed = false
        for (const pair of broken) for (const socket of pair) socket.destroy()
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const pair of this.pairs) for (const socket of pair) socket.destroy()
    this.server.close()
    await once(this.server, 'close')
  }

  private join(near: Socket, target: number): void {
    near.on('error', () => undefined)
    if (this.isClosed) {
      near.resetAndDestroy()
      return
    }
    const far = connect(target, '127.0.0.1')
    far.on('error', () => undefined)
    const pair = [near, far] as const
    this.pairs.add(pair)
    near.pipe(far)
    far.pipe(near)
    for (const socket of pair)
      socket.once('close', () => {
        this.pairs.delete(pair)
        for (const other of pair) other.destroy()
      })
  }
}

function pause(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, OUTAGE_MS))
}
