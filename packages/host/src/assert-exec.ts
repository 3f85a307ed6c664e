import {
  assertAbsolute,
  assertArgv,
  assertBytes,
  assertDelay,
  assertEnvironmentOptions,
  assertInput,
} from './assert-arguments.ts'
import type { ExecOptions } from './exec-result.ts'

/** Of each of stdout and stderr, where the caller says nothing. */
export const DEFAULT_MAX_BYTES = 16 * 1024 * 1024

/** @throws TypeError unless a program can be run so */
export function assertExec(
  argv: readonly string[],
  options: ExecOptions,
  maxBytes: number,
): asserts argv is readonly [string, ...string[]] {
  assertArgv(argv)
  if (options.cwd !== undefined) assertAbsolute('cwd', options.cwd)
  assertEnvironmentOptions(options)
  assertInput(options.stdin)
  if (options.timeoutMs !== undefined) assertDelay('timeoutMs', options.timeoutMs)
  assertBytes('maxBytes', maxBytes)
}
