import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export type Line = Readonly<Record<string, unknown>>

/** A process of ours that says JSON lines and is told lines. */
export interface Program {
  readonly child: ChildProcess
  readonly tell: (line: object) => void
  /** Sends SIGKILL and waits until everything that it had said was heard. Idempotent. */
  readonly kill: () => Promise<void>
  readonly ended: Promise<void>
}

/** Starts a TypeScript file as this process was started. It ends with `kill`, or when its standard input does. */
export function startProgram(file: string, argument: object, onLine: (line: Line) => void): Program {
  const args = [...process.execArgv, file, JSON.stringify(argument)]
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface({ input: child.stdout })
  lines.on('line', (line) => onLine(JSON.parse(line) as Line))
  // It may be gone before it reads.
  child.stdin.on('error', () => undefined)
  const ended = Promise.all([once(lines, 'close'), once(child, 'exit')]).then(() => undefined)
  return {
    child,
    tell: (line) => void child.stdin.write(`${JSON.stringify(line)}\n`),
    async kill() {
      child.kill('SIGKILL')
      await ended
    },
    ended,
  }
}

/** What a program says. */
export function sayLine(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`)
}
