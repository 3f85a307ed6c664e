import type { Readable, Writable } from 'node:stream'
import type { LadderStep } from './detached-process.ts'
import type { EnvironmentOptions } from './environment.ts'

export interface SpawnOptions extends EnvironmentOptions {
  /** @default the account's home directory */
  readonly cwd?: string
  /** `pipe` gives `stdin` to write to; otherwise the program reads nothing. @default 'ignore' */
  readonly stdin?: 'pipe' | 'ignore'
  /** Closes it. When it has aborted before, nothing is started and its reason is thrown. */
  readonly signal?: AbortSignal
}

/** How the program in a `RunningProcess` ended. */
export interface ProcessExit {
  /** `null` when a signal ended it, or when nobody can tell since the way to the machine was cut. */
  readonly exitCode: number | null
  readonly signal: string | null
}

/**
 * A program that runs beside us, with its streams. It leads a session of its own, so that all that it starts can be ended.
 *
 * Whoever starts it closes it, also when the program has ended; closing the host does it too. It belongs to us: when our
 * process dies, it and its session are ended as well.
 */
export interface RunningProcess extends AsyncDisposable {
  /** On its machine. */
  readonly pid: number
  /**
   * With the option `stdin: 'pipe'`. `end()` is the program's end of input. A program may end or close its input before
   * it has read all: what is written then is dropped, and an error that nobody listens to is swallowed.
   */
  readonly stdin: Writable | undefined
  /**
   * What the program writes, as bytes (`Buffer`). Who does not read stops the program once the buffers are full. It
   * ends when all who hold the pipe have ended or closed it, and keeps what was not read yet beyond the program's end.
   * It never fails.
   */
  readonly stdout: Readable
  readonly stderr: Readable
  /** Resolves when the program itself has ended, whoever holds the pipes and has read them; never rejects. */
  readonly exited: Promise<ProcessExit>
  /**
   * Signals the program, or with `group` its whole process group, what the program left behind included.
   * @returns false when there was nobody left to signal
   */
  signal(name: LadderStep['signal'], options?: { readonly group?: boolean }): Promise<boolean>
  /**
   * Climbs the ladder until the program and everything of its session have ended, also when the program itself had ended
   * before. Its output stays readable. What made a session of its own is left alone.
   * @default ladder SIGTERM 5 s, SIGTERM 5 s, SIGKILL 5 s
   * @returns the signal that ended the last of them, or `undefined` when all had already ended
   * @throws HostError `timed-out` when something survives the last step
   */
  stop(ladder?: readonly LadderStep[]): Promise<LadderStep['signal'] | undefined>
  /**
   * Ends it as `stop` does, with SIGTERM and after 2 s SIGKILL, and destroys its streams: output that nobody has read yet
   * is lost. Idempotent.
   * @throws HostError `timed-out` when something survives SIGKILL
   */
  close(): Promise<void>
}
