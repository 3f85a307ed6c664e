/**
 * What proves that a process is the one that was started: a pid alone may have been given to another one since.
 */
export interface ProcessIdentity {
  readonly pid: number
  /** Field 22 of `/proc/<pid>/stat`: clock ticks since boot. A decimal string, since it may exceed 2^53. */
  readonly startTime: string
  readonly bootId: string
}

export interface DetachedOptions {
  /** Where the identity is written, 0600, before the program runs. Its directory must exist. It stays when the process ends. */
  readonly record: string
  /** stdout and stderr are appended to this file, made 0600. A symlink is refused. */
  readonly log: string
  readonly cwd: string
  /**
   * The whole environment of the program: nothing is inherited. Names are letters, digits and `_`, since a shell stands
   * in between; `IFS`, `OPTIND` and `PPID` belong to it. Anything else is a `TypeError`.
   */
  readonly env: Readonly<Record<string, string>>
}

/** A rung of the ladder by which a process is ended. */
export interface LadderStep {
  readonly signal: 'SIGINT' | 'SIGTERM' | 'SIGKILL'
  /** How long to wait for the exit before the next step, in milliseconds. */
  readonly waitMs: number
}

/**
 * A process that outlives us. There is nothing to close: the object holds no resource.
 * Nothing is ever signalled without proof (pid, start time and boot id agree).
 */
export interface DetachedProcess {
  readonly identity: ProcessIdentity
  /** True while exactly this process runs. A zombie has ended. */
  isAlive(): Promise<boolean>
  /**
   * Resolves when the process has ended; at once when it already has. Rejects only with the reason of `signal`.
   * The end of an adopted process is found by looking, 50 to 500 ms apart; that of our own child at once.
   * While it is pending it keeps the event loop alive.
   */
  waitForExit(options?: { readonly signal?: AbortSignal }): Promise<void>
  /**
   * Signals the process, or with `group` its whole process group, what a leader left behind included.
   * False when there was nobody left to signal.
   */
  signal(name: LadderStep['signal'], options?: { readonly group?: boolean }): Promise<boolean>
  /**
   * Climbs the ladder until the process has ended, then kills what is left of its process group, also when the process
   * itself had ended before. What made a session or group of its own is left alone.
   * @default ladder SIGTERM 5 s, SIGTERM 5 s, SIGKILL 5 s
   * @returns the signal that ended it, or `undefined` when it had already ended.
   * @throws HostError `timed-out` when it survives the last step.
   */
  stop(ladder?: readonly LadderStep[]): Promise<LadderStep['signal'] | undefined>
}
