import { execFile, spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import type { StoreErrand, StorePlace } from './store-process.ts'

const PACKAGE = fileURLToPath(new URL('../..', import.meta.url))

export interface StoreProcess {
  /** What it has said so far. */
  readonly said: readonly Readonly<Record<string, unknown>>[]
  /** Resolves with the next line. @throws Error when it ends before */
  readonly next: () => Promise<Readonly<Record<string, unknown>>>
  readonly tell: (line: string) => void
  readonly kill: () => Promise<void>
  /** Resolves with its exit code. */
  readonly ended: Promise<number | null>
}

export interface StoreProgram extends AsyncDisposable {
  readonly run: (place: StorePlace, errand: StoreErrand) => StoreProcess
}

/** Makes the program that Node alone can read; all processes of it end with the disposal. */
export async function buildStoreProgram(): Promise<StoreProgram> {
  // There it finds what the package depends on.
  const directory = await mkdtemp(path.join(PACKAGE, 'node_modules/.store-process-'))
  const options = ['--no-config', '--silent', '--format', 'esm', '--target', 'node20', '--out-dir', directory]
  const entry = path.join(PACKAGE, 'test/store/store-process.ts')
  await promisify(execFile)(path.join(PACKAGE, 'node_modules/.bin/tsup'), [entry, ...options], {
    cwd: PACKAGE,
  })
  await writeFile(path.join(directory, 'package.json'), '{"type":"module"}')
  const children: ChildProcess[] = []
  return {
    run(place, errand) {
      const args = [path.join(directory, 'store-process.js'), JSON.stringify(place), JSON.stringify(errand)]
      const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'] })
      children.push(child)
      return follow(child)
    },
    async [Symbol.asyncDispose]() {
      for (const child of children) await end(child)
      await rm(directory, { recursive: true })
    },
  }
}

function follow(child: ReturnType<typeof spawn>): StoreProcess {
  const said: Readonly<Record<string, unknown>>[] = []
  let read = 0
  let wake = (): void => undefined
  const lines = createInterface({ input: child.stdout! })
  lines.on('line', (line) => {
    said.push(JSON.parse(line) as Readonly<Record<string, unknown>>)
    wake()
  })
  // Whatever it wrote before it died is read before that.
  const over = Promise.all([once(lines, 'close'), once(child, 'exit')])
  void over.then(() => wake())
  return {
    said,
    async next() {
      for (;;) {
        const line = said[read]
        if (line) {
          read += 1
          return line
        }
        if (child.exitCode !== null || child.signalCode !== null) throw new Error('the process has ended')
        await new Promise<void>((resolve) => (wake = resolve))
      }
    },
    tell: (line) => void child.stdin?.write(`${line}\n`),
    async kill() {
      child.kill('SIGKILL')
      await over
    },
    ended: over.then(() => child.exitCode),
  }
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const exited = once(child, 'exit')
  child.kill('SIGKILL')
  await exited
}
