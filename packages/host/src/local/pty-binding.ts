import { createRequire } from 'node:module'
import path from 'node:path'
import { HostError } from '../errors.ts'

/**
 * The native part of the PTY library. Its own JavaScript is not used: it drops what a slow reader has not read 200 ms
 * after the program's end.
 */
export interface PtyBinding {
  /** Forks and executes on a new terminal; `onExit` gets exit code and signal number. `master` is not close-on-exec. */
  start(options: {
    readonly argv: readonly [string, ...string[]]
    readonly env: readonly string[]
    readonly cwd: string
    readonly columns: number
    readonly rows: number
    readonly onExit: (exitCode: number, signal: number) => void
  }): { readonly master: number; readonly pid: number }
  resize(master: number, columns: number, rows: number): void
}

interface Native {
  fork(...values: readonly unknown[]): { readonly fd: number; readonly pid: number }
  resize(master: number, columns: number, rows: number, xPixels: number, yPixels: number): void
}

let loading: Promise<PtyBinding> | undefined

/** Loads it at the first call. @throws HostError `spawn-failed` on a platform that it is not built for */
export function loadPtyBinding(): Promise<PtyBinding> {
  loading ??= load()
  return loading
}

async function load(): Promise<PtyBinding> {
  let native: Native
  try {
    native = ((await import('@lydell/node-pty')) as unknown as { readonly native: Native }).native
  } catch (cause) {
    throw new HostError('spawn-failed', `no terminals on ${process.platform} ${process.arch}`, { cause })
  }
  const helper = process.platform === 'darwin' ? spawnHelper() : ''
  return {
    start({ argv: [program, ...args], env, cwd, columns, rows, onExit }) {
      // -1: no other user. true: the kernel erases whole UTF-8 characters.
      const forked = native.fork(program, args, env, cwd, columns, rows, -1, -1, true, helper, onExit)
      return { master: forked.fd, pid: forked.pid }
    },
    resize: (master, columns, rows) => native.resize(master, columns, rows, 0, 0),
  }
}

/** macOS needs a program in between, to take the controlling terminal. */
function spawnHelper(): string {
  const library = createRequire(createRequire(import.meta.url).resolve('@lydell/node-pty'))
  const built = library.resolve(`@lydell/node-pty-${process.platform}-${process.arch}`)
  const folder = `${process.platform}-${process.arch}`
  return path.join(path.dirname(built), '..', 'prebuilds', folder, 'spawn-helper')
}
