import { setMaxListeners } from 'node:events'
import { readFile } from 'node:fs/promises'
import { homedir } from 'node:os'
import type { Duplex } from 'node:stream'
import { assertAbsolute, assertPid } from '../assert-arguments.ts'
import type { DetachedOptions, DetachedProcess, ProcessIdentity } from '../detached-process.ts'
import { assertForward, targetOf } from '../assert-target.ts'
import { HostError } from '../errors.ts'
import type { ExecOptions, ExecResult } from '../exec-result.ts'
import type { ConnectTarget, Forward, ForwardOptions } from '../forward.ts'
import type { Host, HostFacts } from '../host.ts'
import type { HostFiles } from '../host-files.ts'
import type { Pty, PtyOptions } from '../pty.ts'
import type { RunningProcess, SpawnOptions } from '../running-process.ts'
import type { TailLine, TailOptions } from '../tail.ts'
import { connectHere } from './connect.ts'
import { LocalDetachedProcess } from './detached.ts'
import { environmentFacts } from './env.ts'
import { execLocal } from './exec.ts'
import { createLocalFiles } from './files.ts'
import { parseProcessIdentity } from '../parse-process-identity.ts'
import { isRunning, readProcessStat } from './identity.ts'
import { launch } from './launch.ts'
import { openLocalPty } from './pty.ts'
import { openRelay } from './relay.ts'
import { Reaper } from './reaper.ts'
import { spawnLocal } from './spawn.ts'
import { tailLocal } from './tail.ts'

/** A record is some 90 bytes. */
const MAX_RECORD_BYTES = 1_024

/**
 * Opens this machine as a host. The caller closes it.
 *
 * Linux has all of it; elsewhere detached processes are refused with `io`, since their identity is read from `/proc`.
 */
export async function openLocalHost(): Promise<Host> {
  return new LocalHost({
    platform: process.platform,
    arch: process.arch,
    uid: process.getuid?.() ?? -1,
    home: homedir(),
    bootId: await readBootId(),
    env: environmentFacts(),
  })
}

/** Two states: open, and closed for good. Foreground work is tracked, so that closing can end it. */
class LocalHost implements Host {
  readonly name = 'local'
  readonly facts: HostFacts
  readonly files: HostFiles
  readonly #ended = new AbortController()
  readonly #running = new Set<Promise<unknown>>()
  readonly #streams = new Set<Duplex>()
  readonly #ptys = new Set<Pty>()
  readonly #processes = new Set<RunningProcess>()
  readonly #reaper = new Reaper()
  #closing: Promise<void> | undefined

  constructor(facts: HostFacts) {
    this.facts = facts
    // One listener per running program.
    setMaxListeners(0, this.#ended.signal)
    this.files = createLocalFiles(this.#ended.signal)
  }

  async exec(argv: readonly string[], options: ExecOptions = {}): Promise<ExecResult> {
    this.#ended.signal.throwIfAborted()
    return this.#tracked(execLocal(argv, options, this.facts, this.#ended.signal))
  }

  async spawn(argv: readonly string[], options: SpawnOptions = {}): Promise<RunningProcess> {
    this.#ended.signal.throwIfAborted()
    const place = { facts: this.facts, reaper: this.#reaper }
    const program = await this.#tracked(
      spawnLocal(argv, options, place, (closed) => this.#processes.delete(closed)),
    )
    this.#processes.add(program)
    if (this.#ended.signal.aborted) {
      await program.close()
      throw this.#ended.signal.reason
    }
    return program
  }

  tail(path: string, options: TailOptions = {}): AsyncIterable<TailLine> {
    return tailLocal(path, options, this.#ended.signal)
  }

  async openPty(argv: readonly string[], options: PtyOptions): Promise<Pty> {
    this.#ended.signal.throwIfAborted()
    const pty = await this.#tracked(openLocalPty(argv, options, (closed) => this.#ptys.delete(closed)))
    this.#ptys.add(pty)
    if (this.#ended.signal.aborted) {
      await pty.close()
      throw this.#ended.signal.reason
    }
    return pty
  }

  async spawnDetached(argv: readonly string[], options: DetachedOptions): Promise<DetachedProcess> {
    this.#ended.signal.throwIfAborted()
    this.#assertProc()
    return this.#tracked(this.#launch(argv, options))
  }

  async adopt(record: string): Promise<DetachedProcess> {
    this.#assertProc()
    const noRecord = (options?: ErrorOptions) =>
      new HostError('io', `not a launch record: ${record}`, options)
    const text = await this.files.readText(record, { maxBytes: MAX_RECORD_BYTES }).catch((cause: unknown) => {
      throw cause instanceof HostError && cause.code === 'too-large' ? noRecord({ cause }) : cause
    })
    const identity = parseProcessIdentity(text)
    if (identity === undefined) throw noRecord()
    return new LocalDetachedProcess(identity, this.facts.bootId)
  }

  async identify(pid: number): Promise<ProcessIdentity | undefined> {
    assertPid(pid)
    this.#ended.signal.throwIfAborted()
    this.#assertProc()
    const stat = await readProcessStat(pid)
    if (stat === undefined || !isRunning(stat)) return undefined
    return { pid, startTime: stat.startTime, bootId: this.facts.bootId }
  }

  async connect(target: ConnectTarget, options: { readonly signal?: AbortSignal } = {}): Promise<Duplex> {
    this.#ended.signal.throwIfAborted()
    const stream = await this.#tracked(connectHere(target, options.signal))
    this.#streams.add(stream)
    stream.once('close', () => this.#streams.delete(stream))
    if (this.#ended.signal.aborted) stream.destroy()
    return stream
  }

  /** Both ends are here. */
  async forward(options: ForwardOptions): Promise<Forward> {
    const { platform } = this.facts
    assertForward(options, { here: platform, worker: platform })
    const { port = 0, unix, to, signal } = options
    this.#ended.signal.throwIfAborted()
    signal?.throwIfAborted()
    const forward = await openRelay(
      unix === undefined ? { port } : { unix },
      (over) => connectHere(targetOf(to), over, { allowHalfOpen: true }),
      [this.#ended.signal, ...(signal ? [signal] : [])],
    )
    this.#running.add(forward.closed)
    void forward.closed.then(() => this.#running.delete(forward.closed))
    return forward
  }

  close(): Promise<void> {
    this.#closing ??= this.#close()
    return this.#closing
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close()
  }

  async #close(): Promise<void> {
    this.#ended.abort(new HostError('closed', 'the host was closed'))
    for (const stream of this.#streams) stream.destroy()
    const open = [...this.#ptys, ...this.#processes]
    await Promise.allSettled([...this.#running, ...open.map((program) => program.close())])
    await this.#reaper.close()
  }

  async #launch(argv: readonly string[], options: DetachedOptions): Promise<DetachedProcess> {
    await this.#assertRecordFree(options.record)
    const { identity, child } = await launch(argv, options)
    return new LocalDetachedProcess(identity, this.facts.bootId, child)
  }

  /** Overwriting the record of a living process would make it one that nobody can name. */
  async #assertRecordFree(record: string): Promise<void> {
    assertAbsolute('record', record)
    if ((await this.files.stat(record)) === undefined) return
    const holder = await this.adopt(record).catch((error: unknown) => {
      // What is no record names nobody: it may be replaced.
      if (error instanceof HostError && error.code === 'io') return undefined
      throw error
    })
    if (await holder?.isAlive()) {
      throw new HostError(
        'already-exists',
        `process ${String(holder?.identity.pid)} still runs: cannot reuse its record ${record}`,
      )
    }
  }

  #assertProc(): void {
    if (this.facts.platform !== 'linux')
      throw new HostError('io', 'detached processes need /proc, which only Linux has')
  }

  async #tracked<T>(work: Promise<T>): Promise<T> {
    this.#running.add(work)
    try {
      return await work
    } finally {
      this.#running.delete(work)
    }
  }
}

/** Elsewhere than on Linux no identity is ever written, so that any constant will do. */
async function readBootId(): Promise<string> {
  if (process.platform !== 'linux') return 'unknown'
  return (await readFile('/proc/sys/kernel/random/boot_id', 'utf8')).trim()
}
