import { setMaxListeners } from 'node:events'
import type { Duplex } from 'node:stream'
import { assertBytes, assertDelay } from '../assert-arguments.ts'
import { assertForward, assertTarget, targetOf } from '../assert-target.ts'
import type { DetachedOptions, DetachedProcess, ProcessIdentity } from '../detached-process.ts'
import { DisposeStack } from '../dispose-stack.ts'
import { HostError } from '../errors.ts'
import type { ExecOptions, ExecResult } from '../exec-result.ts'
import type { ConnectTarget, Forward, ForwardOptions } from '../forward.ts'
import type { Host } from '../host.ts'
import type { HostFiles } from '../host-files.ts'
import { openRelay } from '../local/relay.ts'
import { parseProcessIdentity } from '../parse-process-identity.ts'
import type { Pty, PtyOptions } from '../pty.ts'
import type { RunningProcess, SpawnOptions } from '../running-process.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import { dial } from './dial.ts'
import { readFacts, type WorkerFacts } from './read-facts.ts'
import { channelStream } from './ssh-connect-stream.ts'
import { UnixConnector, type ConnectOptions } from './ssh-connect.ts'
import type { ListenAddress, SshConnection } from './ssh-connection.ts'
import { KeptConnection, type LinkState } from './kept-connection.ts'
import { launchOnWorker } from './ssh-detached-launch.ts'
import { ExitWatch } from './ssh-detached-watch.ts'
import { SshDetachedProcess } from './ssh-detached.ts'
import { execSsh } from './ssh-exec.ts'
import { createSshFiles } from './ssh-files.ts'
import { forwardFromWorker } from './ssh-forward.ts'
import type { SshHostOptions } from './ssh-host-options.ts'
import { identifyOnWorker } from './ssh-identity.ts'
import { openSshPty } from './ssh-pty.ts'
import { tailOnWorker } from './ssh-tail.ts'
import { spawnSsh } from './ssh-spawn.ts'

const CONNECT_MS = 20_000
/** A record is some 90 bytes. */
const MAX_RECORD_BYTES = 1_024

/**
 * Opens a worker as a host, over one SSH connection. The caller closes it.
 *
 * The target is `user@host`, `user@host:port`, `ssh://user@host:port/`, or an alias of `~/.ssh/config`. The only way in
 * are keys: the caller's files, those of the config, the agent's, then the usual files of `~/.ssh`. The machine must
 * prove itself by a key that a known-hosts file has. It needs a POSIX shell at `/bin/sh`, and nothing that we bring.
 * @throws TypeError for a target or an option that is none
 * @throws HostError `unreachable`, `auth-failed`, `unknown-host-key`, `host-key-changed`, `host-key-revoked`; `io` when
 * the account runs no commands; the reason of `signal`
 */
export async function openSshHost(target: string, options: SshHostOptions = {}): Promise<SshHost> {
  assertOptions(options)
  const { signal, ...later } = options
  signal?.throwIfAborted()
  const connect: Connect = async (aborting) => {
    await using opening = new DisposeStack()
    const { connection, name } = await dial(target, { ...later, ...(aborting && { signal: aborting }) })
    opening.defer(() => connection.close())
    const facts = await readFacts(connection, aborting)
    opening.move()
    return { connection, name, facts }
  }
  return new OpenSshHost(await connect(signal), connect, options)
}

interface Connected {
  readonly connection: SshConnection
  readonly name: string
  readonly facts: WorkerFacts
}

type Connect = (signal: AbortSignal | undefined) => Promise<Connected>

/**
 * A worker. When its connection breaks, another one is made: what was under way in the foreground ends with
 * `connection-lost`, later calls wait for the next connection, and forwards listen again.
 */
export interface SshHost extends Host {
  readonly link: LinkState
  /** Disposing what it returns ends the listening. */
  onLink(listener: (state: LinkState) => void): Disposable
}

class OpenSshHost implements SshHost {
  readonly name: string
  readonly files: HostFiles
  readonly #connection: KeptConnection
  #facts: WorkerFacts
  readonly #ended = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  readonly #processes = new Set<RunningProcess>()
  readonly #ptys = new Set<Pty>()
  readonly #streams = new Set<Duplex>()
  readonly #watch: ExitWatch
  readonly #unix: UnixConnector
  #closing: Promise<void> | undefined

  constructor({ connection, name, facts }: Connected, connect: Connect, options: SshHostOptions) {
    const { relay, connectTimeoutMs = CONNECT_MS } = options
    this.name = name
    this.#facts = facts
    this.#connection = new KeptConnection(connection, {
      waitMs: connectTimeoutMs,
      dial: async (signal) => {
        const next = await connect(signal)
        // The machine may have been booted meanwhile.
        this.#facts = next.facts
        return next.connection
      },
    })
    // One listener per running program.
    setMaxListeners(0, this.#ended.signal)
    this.files = createSshFiles(this.#connection)
    this.#watch = new ExitWatch(this.#connection)
    this.#unix = new UnixConnector(this.#connection, facts.platform, relay)
  }

  get facts(): WorkerFacts {
    return this.#facts
  }

  get link(): LinkState {
    return this.#connection.state
  }

  onLink(listener: (state: LinkState) => void): Disposable {
    return this.#connection.onState(listener)
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    return this.#use((connection) => execSsh(connection, argv, options, this.facts, this.#ended.signal))
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<RunningProcess> {
    return this.#use(async (connection) => {
      const onClosed = (closed: RunningProcess): void => void this.#processes.delete(closed)
      const place = { connection, facts: this.facts, hostSignal: this.#ended.signal, onClosed }
      const program = await spawnSsh(argv, options, place)
      this.#processes.add(program)
      if (!this.#ended.signal.aborted) return program
      await program.close()
      throw this.#ended.signal.reason
    })
  }

  async openPty(argv: readonly string[], options: PtyOptions): Promise<Pty> {
    return this.#use(async (connection) => {
      const onClosed = (closed: Pty) => void this.#ptys.delete(closed)
      const pty = await openSshPty({ connection, bootId: this.facts.bootId, onClosed }, argv, options)
      this.#ptys.add(pty)
      if (!this.#ended.signal.aborted) return pty
      await pty.close()
      throw this.#ended.signal.reason
    })
  }

  async spawnDetached(argv: readonly string[], options: DetachedOptions): Promise<DetachedProcess> {
    return this.#use(async (connection) => {
      this.#assertProc()
      return new SshDetachedProcess(
        await launchOnWorker(connection, argv, options),
        this.#connection,
        this.#watch,
      )
    })
  }

  async adopt(record: string): Promise<DetachedProcess> {
    return this.#use(async () => {
      this.#assertProc()
      const noRecord = (cause?: unknown) => new HostError('io', `not a launch record: ${record}`, { cause })
      const text = await this.files
        .readText(record, { maxBytes: MAX_RECORD_BYTES })
        .catch((cause: unknown) => {
          throw cause instanceof HostError && cause.code === 'too-large' ? noRecord(cause) : cause
        })
      const identity = parseProcessIdentity(text)
      if (identity === undefined) throw noRecord()
      return new SshDetachedProcess(identity, this.#connection, this.#watch)
    })
  }

  tail(path: string, options: TailOptions = {}): AsyncIterable<TailLine> {
    return tailOnWorker(this.#connection, path, options)
  }

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    return this.#use(async (connection) => {
      this.#assertProc()
      return identifyOnWorker(connection, pid)
    })
  }

  async connect(target: ConnectTarget, options: ConnectOptions = {}): Promise<Duplex> {
    return this.#use(async (connection) => {
      const stream = await this.#openStream(connection, target, options)
      this.#streams.add(stream)
      stream.once('close', () => this.#streams.delete(stream))
      if (this.#ended.signal.aborted) stream.destroy()
      return stream
    })
  }

  async #openStream(
    connection: SshConnection,
    target: ConnectTarget,
    options: ConnectOptions,
  ): Promise<Duplex> {
    assertTarget(target, this.facts.platform)
    if ('unix' in target) return this.#unix.connect(target.unix, options)
    const channel = await connection.direct(target.tcp, options)
    return channelStream(connection, channel, channel, options)
  }

  async forward(options: ForwardOptions): Promise<Forward> {
    assertForward(options, { here: process.platform, worker: this.facts.platform })
    const { from, port = 0, unix, to, signal } = options
    const address: ListenAddress = unix === undefined ? { port } : { unix }
    const signals = [this.#ended.signal, ...(signal ? [signal] : [])]
    signal?.throwIfAborted()
    return this.#use(async (connection) => {
      if (from === 'here' && 'port' in to) await assertForwards(connection)
      const connect = (over: AbortSignal): Promise<Duplex> =>
        this.connect(targetOf(to), { signal: over, allowHalfOpen: true })
      const forward =
        from === 'here'
          ? await openRelay(address, connect, signals)
          : await forwardFromWorker(this.#connection, { listen: address, to: targetOf(to), signals })
      this.#running.add(forward.closed)
      void forward.closed.then(() => this.#running.delete(forward.closed))
      return forward
    })
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  /** What runs is ended over the connection, so that goes last. */
  async #close(): Promise<void> {
    this.#ended.abort(new HostError('closed', 'the host was closed'))
    // Over nothing, nothing can be ended.
    if (this.link.state === 'lost') await this.#connection.close()
    for (const stream of this.#streams) stream.destroy()
    const owned = [...this.#ptys, ...this.#processes].map((one) => one.close())
    await Promise.allSettled([...this.#running, ...owned])
    await this.#connection.close()
  }

  #assertProc(): void {
    if (this.facts.platform !== 'linux')
      throw new HostError('unsupported', 'detached processes need /proc, which only Linux has')
  }

  async #use<T>(work: (connection: SshConnection) => Promise<T>): Promise<T> {
    this.#ended.signal.throwIfAborted()
    const running = this.#connection.live().then(work)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }
}

/** Told now, and not to each program that connects later by a connection that breaks. Nobody listens at port 0. */
async function assertForwards(connection: SshConnection): Promise<void> {
  try {
    ;(await connection.direct(0)).destroy()
  } catch (error) {
    if (!(error instanceof HostError) || error.code !== 'connect-failed') throw error
  }
}

function assertOptions({
  connectTimeoutMs,
  keepAliveIntervalMs,
  keepAliveCountMax,
  maxSessions,
}: SshHostOptions): void {
  if (connectTimeoutMs !== undefined) assertDelay('connectTimeoutMs', connectTimeoutMs)
  if (keepAliveIntervalMs !== undefined) assertDelay('keepAliveIntervalMs', keepAliveIntervalMs)
  if (keepAliveCountMax !== undefined) assertBytes('keepAliveCountMax', keepAliveCountMax)
  if (maxSessions !== undefined && !(Number.isSafeInteger(maxSessions) && maxSessions >= 2))
    throw new TypeError(`expected maxSessions >= 2, got ${maxSessions}`)
}
