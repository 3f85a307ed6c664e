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
  private readonly sockets = new Set<Socket>()
  private isOpen = false
  private gate: Promise<Server> | undefined
  private forward: Forward | undefined

  constructor(host: Host, brokerPort: number) {
    this.host = host
    this.brokerPort = brokerPort
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
    const server = createServer((socket) => this.join(socket))
    return new Promise((resolve, reject) => {
      server.once('error', (cause) => {
        this.gate = undefined
        reject(new HostError('listen-failed', 'no port of this machine is free', { cause }))
      })
      server.listen({ host: '127.0.0.1', port: 0 }, () => resolve(server))
    })
  }

  private join(socket: Socket): void {
    if (!this.isOpen) {
      socket.on('error', ignore)
      socket.destroy()
      return
    }
    const broker = connect({ host: '127.0.0.1', port: this.brokerPort })
    for (const [one, other] of [
      [socket, broker],
      [broker, socket],
    ] as const) {
      this.sockets.add(one)
      one.setNoDelay(true)
      one.on('error', ignore)
      one.on('close', () => {
        this.sockets.delete(one)
        other.destroy()
      })
      one.pipe(other)
    }
  }
}

function ignore(): void {
  // Its `close` ends the other side.
}
