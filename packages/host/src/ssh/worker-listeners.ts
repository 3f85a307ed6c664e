import type { Duplex } from 'node:stream'
import type { Client } from 'ssh2'
import { HostError } from '../errors.ts'
import type { ListenAddress, WorkerListener } from './ssh-connection.ts'
import { untilAborted } from './until-aborted.ts'

const LOOPBACK = '127.0.0.1'

type OnConnection = (stream: Duplex) => void

/** What the worker listens at for us. A connection to anything else is refused: a server could offer what nobody asked for. */
export class WorkerListeners {
  readonly #client: Client
  readonly #name: string
  readonly #handlers = new Map<string, OnConnection>()

  constructor(client: Client, name: string) {
    this.#client = client
    this.#name = name
    client.on('tcp connection', ({ destPort }, accept, reject) =>
      this.#hand(`port ${destPort}`, accept, reject),
    )
    client.on('unix connection', ({ socketPath }, accept, reject) => this.#hand(socketPath, accept, reject))
  }

  async add(at: ListenAddress, onConnection: OnConnection, lost: AbortSignal): Promise<WorkerListener> {
    lost.throwIfAborted()
    const asked = 'unix' in at ? this.#addUnix(at.unix, onConnection) : this.#addPort(at.port, onConnection)
    return untilAborted(asked, [lost])
  }

  async #addPort(wanted: number, onConnection: OnConnection): Promise<WorkerListener> {
    const port = await new Promise<number>((resolve, reject) => {
      this.#client.forwardIn(LOOPBACK, wanted, (error, given) => {
        if (error) {
          reject(this.#refused(`port ${wanted}`, wanted === 0, error))
          return
        }
        const port = wanted === 0 ? given : wanted
        // Here, not later: the next thing that the server says may be a connection.
        this.#handlers.set(`port ${port}`, onConnection)
        resolve(port)
      })
    })
    return {
      port,
      close: () => this.#remove(`port ${port}`, (done) => this.#client.unforwardIn(LOOPBACK, port, done)),
    }
  }

  async #addUnix(path: string, onConnection: OnConnection): Promise<WorkerListener> {
    await new Promise<void>((resolve, reject) => {
      this.#client.openssh_forwardInStreamLocal(path, (error) => {
        if (error) {
          reject(this.#refused(path, false, error))
          return
        }
        this.#handlers.set(path, onConnection)
        resolve()
      })
    })
    return {
      port: 0,
      close: () => this.#remove(path, (done) => this.#client.openssh_unforwardInStreamLocal(path, done)),
    }
  }

  async #remove(key: string, ask: (done: () => void) => unknown): Promise<void> {
    if (!this.#handlers.delete(key)) return
    const gone = new Promise<void>((resolve) => {
      // A connection that is gone calls no callback, and has nobody who listens.
      this.#client.once('close', () => resolve())
      try {
        ask(() => resolve())
      } catch {
        resolve()
      }
    })
    await gone
  }

  #hand(key: string, accept: () => Duplex, reject: () => void): void {
    const handler = this.#handlers.get(key)
    if (!handler) {
      reject()
      return
    }
    const stream = accept()
    stream.on('error', () => undefined)
    handler(stream)
  }

  /** The server gives no reason. Any free port it has, unless it forbids them all. */
  #refused(where: string, anyWouldDo: boolean, cause: Error): HostError {
    if (anyWouldDo)
      return new HostError(
        'unsupported',
        `the server of ${this.#name} forbids that it listens for us: see AllowTcpForwarding in its sshd_config`,
        { cause },
      )
    const why = 'it is taken, or the server forbids it'
    return new HostError('listen-failed', `${this.#name} does not listen at ${where}: ${why}`, { cause })
  }
}
