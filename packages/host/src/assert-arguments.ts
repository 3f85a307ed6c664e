import path from 'node:path'
import type { EnvironmentOptions } from './environment.ts'

/** Longest delay that a Node timer keeps; a longer one fires at once. */
const MAX_TIMER_MS = 2_147_483_647

/** @throws TypeError unless `argv` is a program and its arguments, as the kernel takes them */
export function assertArgv(argv: readonly string[]): asserts argv is readonly [string, ...string[]] {
  if (!Array.isArray(argv) || argv.length === 0)
    throw new TypeError('expected argv with at least the program')
  argv.forEach((argument: unknown, index) => {
    if (typeof argument !== 'string') throw new TypeError(`expected argv[${index}] to be a string`)
    if (argument.includes('\0')) throw new TypeError(`expected argv[${index}] without NUL`)
  })
  if (argv[0] === '') throw new TypeError('expected argv[0] to name a program, got an empty string')
}

/** @throws TypeError unless `value` is an absolute path without NUL */
export function assertAbsolute(name: string, value: string): void {
  if (typeof value !== 'string')
    throw new TypeError(`expected ${name} to be an absolute path, got ${typeof value}`)
  if (value.includes('\0')) throw new TypeError(`expected ${name} without NUL`)
  if (!path.posix.isAbsolute(value)) {
    throw new TypeError(`expected ${name} to be an absolute path, got ${JSON.stringify(value)}`)
  }
}

/** @throws TypeError unless the names and values can stand in an environment. Values stay out of the message: they may be secret. */
export function assertEnvironment(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (name === '' || name.includes('=') || name.includes('\0')) {
      throw new TypeError(`expected the name of an environment variable, got ${JSON.stringify(name)}`)
    }
    if (value !== undefined && (typeof value !== 'string' || value.includes('\0'))) {
      throw new TypeError(`expected the value of ${name} to be a string without NUL`)
    }
  }
}

/** @throws TypeError unless an environment can be made of it */
export function assertEnvironmentOptions(options: EnvironmentOptions): void {
  const { env = {}, secretEnv = {}, envRemove = [] } = options
  assertEnvironment(env)
  assertEnvironment(secretEnv)
  for (const name of Object.keys(secretEnv)) {
    if (Object.hasOwn(env, name)) throw new TypeError(`expected ${name} in env or in secretEnv, not in both`)
    if (typeof secretEnv[name] !== 'string')
      throw new TypeError(`expected the value of ${name} to be a string`)
  }
  for (const pattern of envRemove) {
    if (typeof pattern !== 'string' || pattern === '')
      throw new TypeError(`expected a pattern of names in envRemove, got ${JSON.stringify(pattern)}`)
  }
}

/** @throws TypeError unless a program can be given it to read */
export function assertInput(stdin: unknown): void {
  if (stdin === undefined || typeof stdin === 'string' || stdin instanceof Uint8Array) return
  if (typeof stdin === 'object' && stdin !== null && Symbol.asyncIterator in stdin) return
  throw new TypeError('expected stdin to be a string, bytes, or an async iterable of them')
}

/** @throws TypeError unless a Node timer can wait that long */
export function assertDelay(name: string, value: number): void {
  if (!(value > 0 && value <= MAX_TIMER_MS)) {
    throw new TypeError(`expected ${name} > 0 and <= ${MAX_TIMER_MS}, got ${value}`)
  }
}

/** @throws TypeError unless `value` is a whole number of bytes */
export function assertBytes(name: string, value: number): void {
  if (!Number.isSafeInteger(value) || value < 0)
    throw new TypeError(`expected ${name} to be a whole number >= 0, got ${value}`)
}

/** @throws TypeError unless `value` is permission bits */
export function assertMode(value: number): void {
  if (!Number.isInteger(value) || value < 0 || value > 0o7777)
    throw new TypeError(`expected mode to be permission bits, got ${value}`)
}

/** @throws TypeError for pids that name no single ordinary process: 0, 1 and negative ones */
export function assertPid(value: number): void {
  if (!Number.isSafeInteger(value) || value < 2) throw new TypeError(`expected pid > 1, got ${value}`)
}
