import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net'
import { HostError, type Forward, type Host } from '@x/host'

/**
 * The way from one session to the broker: a port on loopback of its machine, forwarded to a gate in this process.
 *
 * *shut* at first, and again with `shut`: the port is held, and whoever connects is cut off. *open*: connections go on to
 * the broker. A port that is held and shut keeps strangers from it while the session's handle is changed.
 */
export class BrokerWay implements AsyncDisposable {
  private readonly host: Host
  private readonly brokerPort: number
  private readonly admit: () => Promise<void>
  private readonly sockets = new Set<Socket>()
  private isOpen = false
  private gate: Promise<Server> | undefined
  private forward: Forward | undefined

  /** @param admit comes before each connection goes on; what it throws is lost */
  constructor(host: Host, brokerPort: number, admit: () => Promise<void>) {
    this.host = host
    this.brokerPort = brokerPort
    this.admit = admit
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
    this.forward = await this.host.forward({ from: 'worker', port, to: { port: gatePort } })
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
    if (this.isOpen) {
      this.keep(socket)
      await this.admit().catch(ignore)
    }
    if (!this.isOpen || socket.destroyed) {
      socket.destroy()
      return
    }
    const broker = connect({ host: '127.0.0.1', port: this.brokerPort })
    broker.on('error', ignore)
    this.keep(broker)
    socket.on('close', () => broker.destroy())
    broker.on('close', () => socket.destroy())
    socket.pipe(broker).pipe(socket)
  }

  /** Until it is closed, by either side or by `shut`. */
  private keep(socket: Socket): void {
    this.sockets.add(socket)
    socket.setNoDelay(true)
    socket.on('close', () => this.sockets.delete(socket))
  }
}

function ignore(): void {
  // Its `close` ends the other side.
}
