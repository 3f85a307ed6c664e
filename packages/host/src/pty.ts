import type { Readable } from 'node:stream'

export interface PtyOptions {
  readonly cwd: string
  /** The whole environment of the program: nothing is inherited; `TERM` comes from `term`, and `PWD` is not set. */
  readonly env: Readonly<Record<string, string>>
  /** In character cells, 1 to 65,535. */
  readonly columns: number
  readonly rows: number
  /** Which terminal the program believes to talk to. @default 'xterm-256color' */
  readonly term?: string
  /** Closes it. When it has aborted before, nothing is started and its reason is thrown. */
  readonly signal?: AbortSignal
}

/** How the program in a PTY ended. */
export interface PtyExit {
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
}

/**
 * A program on a pseudo-terminal: it has a session of its own, and the terminal is its controlling terminal.
 *
 * Whoever opens it closes it, also when the program has ended. It belongs to us: when our process dies, however
 * suddenly, the terminal hangs up and the program gets SIGHUP.
 */
export interface Pty extends AsyncDisposable {
  /** On its machine. */
  readonly pid: number
  /**
   * What the program writes, as bytes (`Buffer`), in pieces that heed no border of characters. Who does not read stops
   * the program, once the kernel's own buffer (some KiB) is full. It ends when the program and all who share its
   * terminal have ended; after the program's own end the others are listened to for 250 ms of silence, 2 s at most.
   * It never fails.
   */
  readonly output: Readable
  /**
   * Types something: all of it, in the order of the calls, never mixed with another call's.
   * Resolves when the terminal has taken it, which waits for a program that does not read; what is written after the
   * end is dropped.
   */
  write(data: Uint8Array | string): Promise<void>
  /** Gives the terminal another size, which the program is told by SIGWINCH. Without effect after the end. @throws RangeError */
  resize(size: { readonly columns: number; readonly rows: number }): void
  /** Resolves when the program itself has ended, whoever has read its output; never rejects. */
  readonly exited: Promise<PtyExit>
  /**
   * Ends the program and everything that is left of its session: SIGTERM and SIGHUP, after 2 s or with the program's
   * end SIGKILL. Output that nobody has read yet may be lost. Idempotent.
   * @throws HostError `timed-out` when something survives SIGKILL, `permission-denied` when something may not be ended
   */
  close(): Promise<void>
}
