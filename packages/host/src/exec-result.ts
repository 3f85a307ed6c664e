import type { EnvironmentOptions } from './environment.ts'

/** How a program ended and what it said. */
export interface ExecResult {
  readonly argv: readonly string[]
  /** `null` when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
  readonly durationMs: number
}

export interface ExecOptions extends EnvironmentOptions {
  /** @default the account's home directory */
  readonly cwd?: string
  /**
   * Given to the program's standard input, which is then closed. Of an iterable no more is asked for than the program
   * reads; it is left when the program has ended. When it throws, the program is ended and its error is thrown.
   * @default nothing
   */
  readonly stdin?: string | Uint8Array | AsyncIterable<Uint8Array | string>
  /** Longest time the program may run, in milliseconds. @default none */
  readonly timeoutMs?: number
  /** Most bytes kept of each of stdout and stderr; more is `too-large`. @default 16 MiB */
  readonly maxBytes?: number
  /** Ends the program and rejects with the signal's reason. */
  readonly signal?: AbortSignal
}

/** A program that had to succeed and did not. Its arguments are left out on purpose: they may hold what must not be logged. */
export class ExecFailedError extends Error {
  override readonly name: string = 'ExecFailedError'
  readonly result: ExecResult

  constructor(result: ExecResult) {
    const ending =
      result.exitCode === null
        ? `signal ${result.signal ?? 'unknown'}`
        : `exit code ${String(result.exitCode)}`
    const said = result.stderr.trim().slice(-2_000)
    super(`${result.argv[0] ?? 'program'} ended with ${ending}${said === '' ? '' : `: ${said}`}`)
    this.result = result
  }
}

/** Returns `result` when its exit code is 0. @throws ExecFailedError otherwise. */
export function mustSucceed(result: ExecResult): ExecResult {
  if (result.exitCode !== 0) throw new ExecFailedError(result)
  return result
}
