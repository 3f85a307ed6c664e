import type { Duplex } from 'node:stream'
import type { ExecOptions, ExecResult } from './exec-result.ts'
import type { DetachedOptions, DetachedProcess, ProcessIdentity } from './detached-process.ts'
import type { ConnectTarget, Forward, ForwardOptions } from './forward.ts'
import type { HostFiles } from './host-files.ts'
import type { Pty, PtyOptions } from './pty.ts'
import type { RunningProcess, SpawnOptions } from './running-process.ts'
import type { TailLine, TailOptions } from './tail.ts'

/** What a machine is, asked once when the host is opened. */
export interface HostFacts {
  /** Node's spelling: `linux`, `darwin`. */
  readonly platform: string
  /** Node's spelling: `x64`, `arm64`. */
  readonly arch: string
  readonly uid: number
  /** Home directory of the account that commands run under, on that machine. */
  readonly home: string
  /** Changes at every boot: a pid recorded under another boot id is dead. */
  readonly bootId: string
  /** The environment that commands inherit, as far as it decides where things lie. */
  readonly env: Readonly<Partial<Record<'PATH' | 'LANG' | 'XDG_STATE_HOME' | 'XDG_CACHE_HOME', string>>>
}

/**
 * A machine on which things run: this one, or a worker. Every path in the port is a path *on that machine*.
 *
 * Whoever opens a host closes it. Closing never ends detached processes.
 */
export interface Host extends AsyncDisposable {
  /** For messages: `local`, or `user@machine`. */
  readonly name: string
  readonly facts: HostFacts
  readonly files: HostFiles

  /**
   * Runs a program to its end. The first member of `argv` is the program; no shell is involved.
   *
   * A non-zero exit is a result. The promise settles when the program has exited and its output was read to the end;
   * something in the background that still holds the output is listened to for 250 ms of silence, 2 s at most.
   * @throws HostError `spawn-failed`, `timed-out`, `too-large`, `closed`; the abort reason when `signal` aborts. In all
   * of these the program's process group is ended: SIGTERM, after 2 s SIGKILL.
   */
  exec(argv: readonly string[], options?: ExecOptions): Promise<ExecResult>

  /**
   * Starts a program beside us, with its streams. The first member of `argv` is the program; no shell is involved. The
   * caller closes it; closing the host does too.
   * @throws HostError `spawn-failed`, `closed`; the reason of `signal` when it has aborted
   */
  spawn(argv: readonly string[], options?: SpawnOptions): Promise<RunningProcess>

  /**
   * Starts a program on a terminal of its own. The first member of `argv` is the program; no shell is involved. The
   * caller closes it; closing the host does too.
   * @throws HostError `spawn-failed`, `closed`; the reason of `signal` when it has aborted; RangeError for a size that is none
   */
  openPty(argv: readonly string[], options: PtyOptions): Promise<Pty>

  /**
   * Starts a program that outlives us: in a session and process group of its own, its output in a file.
   * Its identity is on disk at `record` *before* the program itself runs, so that a starter that dies leaves no process that nobody can name.
   * Resolves when the program itself has begun; one that ends at once is a process that has ended, not a failed start.
   * @throws HostError `spawn-failed`, and then no record is left; `already-exists` when `record` names a process that still runs
   */
  spawnDetached(argv: readonly string[], options: DetachedOptions): Promise<DetachedProcess>

  /**
   * Takes up a detached process by the record that its start wrote; also when it has ended since.
   * @throws HostError `not-found` when there is no such record, `io` when it can't be read as one. A record is written
   * in one step, but not forced to disk: one that is `io` was torn by a power cut, and its process is gone.
   */
  adopt(record: string): Promise<DetachedProcess>

  /**
   * Follows a text file that is appended to, line by line, for ever. A line is told when its newline is there, and the
   * offset after it, with which another tail goes on later. Nothing is read ahead of a reader who pauses but one line
   * and one piece of 64 KiB.
   *
   * The file may come into being later, vanish for a while, be truncated, or give way to another one (log rotation): then
   * the rest of the old one is told first, but for an unfinished line. Leaving the loop closes it; closing the host
   * ends it with `closed`.
   * @throws HostError when it is iterated: `permission-denied`; `io` for anything but a regular file
   * @throws TypeError at once for a relative path
   */
  tail(path: string, options?: TailOptions): AsyncIterable<TailLine>

  /** The identity of a running process, or `undefined` when there is none with this pid (a zombie is none). @throws TypeError for pids below 2 */
  identify(pid: number): Promise<ProcessIdentity | undefined>

  /**
   * Opens a stream to a unix socket on the machine, or to a port on its loopback. The caller destroys it; closing the host does too. Its `close` event tells the
   * end: an error that nobody listens to is swallowed.
   * @throws HostError `connect-failed`; the abort reason when `signal` aborts before the connection stands
   * @throws TypeError when the path is longer than a socket's name can be (107 bytes on Linux)
   */
  connect(target: ConnectTarget, options?: { readonly signal?: AbortSignal }): Promise<Duplex>

  /**
   * Opens a way from this machine to the worker, or back, for any number of connections. The caller closes it; closing
   * the host does too.
   * @throws HostError `listen-failed`, `closed`; `unsupported` when the worker's server forbids it;
   * the reason of `signal` @throws TypeError for a port or a path that is none
   */
  forward(options: ForwardOptions): Promise<Forward>

  /** Ends what this host still runs in the foreground and its streams; every later call rejects with `closed`. Idempotent. */
  close(): Promise<void>
}
