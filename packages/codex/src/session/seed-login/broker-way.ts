import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { HostError, type Forward, type Host } from '@x/host'
import { nonceIn } from './whose-port.ts'

/** For the first word of a connection, in milliseconds. */
const FIRST_MS = 30_000

export interface BrokerWayOptions {
  readonly host: Host
  readonly brokerPort: number
  /** Comes before each connection goes on; what it throws is lost. */
  readonly admit: () => Promise<void>
  /** For another process of ours that asks whose the port is. */
  readonly prove: (nonce: string, port: number) => Promise<string>
}

/**
 * The way from one session to the broker: a port on loopback of its machine, forwarded to a gate in this process.
 *
 * *shut* at first, and again with `shut`: the port is held, and whoever connects is cut off. *open*: connections go on to
 * the broker. A port that is held and shut keeps strangers from it while the session's handle is changed. Another process
 * of ours may ask whose the port is, and hears when it is given up.
 */
export class BrokerWay implements AsyncDisposable {
  private readonly options: BrokerWayOptions
  private readonly sockets = new Set<Socket>()
  /** Other processes of ours, which wait for the port. */
  private readonly watchers = new Set<Socket>()
  private isOpen = false
  private gate: Promise<Server> | undefined
  private forward: Forward | undefined

  constructor(options: BrokerWayOptions) {
    this.options = options
  }

  /**
   * Holds a port on the session's machine, shut; what was held before is given up.
   * @param port 0 for any @returns the port
   * @throws HostError `listen-failed` when somebody else has it; `unsupported`
   */
  async hold(port: number): Promise<number> {
    await this.release()
    this.gate ??= this.listen()
    const { port: gatePort } = (await this.gate).address() as AddressInfo
    this.forward = await this.options.host.forward({ from: 'worker', port, to: { port: gatePort } })
    return this.forward.port
  }

  open(): void {
    this.isOpen = true
  }

  /** At once. */
  shut(): void {
    this.isOpen = false
    for (const socket of this.sockets) socket.destroy()
  }

  /** Shuts, and gives the port up. */
  async release(): Promise<void> {
    this.shut()
    const { forward } = this
    this.forward = undefined
    await forward?.close()
    for (const socket of this.watchers) socket.destroy()
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.release()
    const gate = await this.gate
    this.gate = undefined
    if (gate) await new Promise((resolve) => gate.close(resolve))
  }

  private listen(): Promise<Server> {
    const server = createServer((socket) => void this.join(socket))
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        this.gate = undefined
        reject(new HostError('listen-failed', 'no port of this machine is free', { cause }))
      })
      server.listen({ host: '127.0.0.1', port: 0 }, () => resolve(server))
    })
  }

  private async join(socket: Socket): Promise<void> {
    socket.on('error', ignore)
    const first = await firstBytes(socket)
    if (!first) return
    const nonce = nonceIn(first)
    if (nonce !== undefined) {
      await this.answer(socket, nonce)
      return
    }
    if (this.isOpen) {
      this.keep(socket)
      await this.options.admit().catch(ignore)
    }
    if (!this.isOpen || socket.destroyed) {
      socket.destroy()
      return
    }
    const broker = connect({ host: '127.0.0.1', port: this.options.brokerPort })
    broker.on('error', ignore)
    this.keep(broker)
    socket.on('close', () => broker.destroy())
    broker.on('close', () => socket.destroy())
    broker.write(first)
    socket.pipe(broker).pipe(socket)
  }

  /** Also while it is shut: the port is ours then too. */
  private async answer(socket: Socket, nonce: string): Promise<void> {
    const { forward } = this
    this.watchers.add(socket)
    socket.on('close', () => this.watchers.delete(socket))
    const proof = forward && (await this.options.prove(nonce, forward.port).catch(ignore))
    if (proof === undefined || this.forward !== forward) socket.destroy()
    else socket.resume().write(`${proof}\n`)
  }

  /** Until it is closed, by either side or by `shut`. */
  private keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.sockets.delete(socket))
  }
}

/** `undefined` when it says nothing. */
function firstBytes(socket: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const close = (): void => resolve(undefined)
    socket.setTimeout(FIRST_MS, () => socket.destroy())
    socket.once('close', close)
    socket.once('data', (bytes: Buffer) => {
      socket.pause()
      socket.setTimeout(0)
      socket.off('close', close)
      resolve(bytes)
    })
  })
}

function ignore(): undefined {
  // Its `close` ends the other side.
}
