import { assertAbsolute, assertArgv, assertEnvironment } from './assert-arguments.ts'
import type { DetachedOptions } from './detached-process.ts'

/** The shell keeps these for itself, whatever the environment says; the last is the launcher's own. */
const SHELL_OWNED = ['IFS', 'OPTIND', 'PPID', 'x_launch_record']

/** @throws TypeError unless a detached program can be started with these */
export function assertLaunch(argv: readonly string[], { record, log, cwd, env }: DetachedOptions): void {
  assertArgv(argv)
  if (argv[0].startsWith('-')) throw new TypeError(`expected a program, got an option: ${argv[0]}`)
  assertAbsolute('record', record)
  assertAbsolute('log', log)
  assertAbsolute('cwd', cwd)
  assertShellEnvironment(env)
}

/** @throws TypeError unless a shell hands every variable on to the program that it becomes */
export function assertShellEnvironment(env: Readonly<Record<string, string>>): void {
  assertEnvironment(env)
  for (const name of Object.keys(env)) {
    if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(name) || SHELL_OWNED.includes(name)) {
      throw new TypeError(
        `expected the name of a variable that a shell passes on, got ${JSON.stringify(name)}`,
      )
    }
  }
}
