import type { ClientChannel } from 'ssh2'
import { REAPER_SCRIPT } from '../local/reaper-script.ts'
import { shellLine } from './shell-line.ts'
import type { SshConnection } from './ssh-connection.ts'

/** Whose session is ended. */
export interface SessionLeader {
  readonly pid: number
  readonly startTime: string
}

/**
 * A small process on the worker that ends what we have started there when our connection ends, however suddenly: its
 * input ends with the connection. One for each connection, from the first program on; it takes one of its sessions.
 */
export class WorkerReaper {
  readonly #channel: ClientChannel

  private constructor(channel: ClientChannel) {
    this.#channel = channel
    // Who kills it takes away a safety net and nothing else.
    channel.on('error', () => undefined).resume()
    channel.stderr.resume()
  }

  /** The one of this connection; to be called before a program starts. @throws HostError as `SshConnection.channel` */
  static async of(connection: SshConnection): Promise<WorkerReaper> {
    const known = reapers.get(connection)
    if (known !== undefined) return known
    const starting = connection.channel(shellLine(REAPER_SCRIPT)).then((channel) => {
      channel.once('close', () => reapers.delete(connection))
      return new WorkerReaper(channel)
    })
    reapers.set(connection, starting)
    starting.catch(() => reapers.delete(connection))
    return starting
  }

  add({ pid, startTime }: SessionLeader): void {
    if (this.#channel.writable) this.#channel.write(`+ ${pid} ${startTime}\n`)
  }

  remove({ pid, startTime }: SessionLeader): void {
    if (this.#channel.writable) this.#channel.write(`- ${pid} ${startTime}\n`)
  }
}

const reapers = new WeakMap<SshConnection, Promise<WorkerReaper>>()
