import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { privateDirectory } from '@x/fixtures'

const PROGRAM = fileURLToPath(new URL('../dist/main.js', import.meta.url))

export interface Started {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly started: boolean
}

/** One run of the built program. */
export class Run {
  readonly child: ChildProcess
  readonly ended: Promise<{ readonly code: number | null; readonly out: string; readonly err: string }>
  private readonly lines: AsyncIterableIterator<string>

  constructor(args: readonly string[], env: Readonly<Record<string, string>>) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      env: {
        PATH: process.env['PATH'],
        HOME: process.env['HOME'],
        X_CACHE_DIR: process.env['X_CACHE_DIR'],
        ...env,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    let out = ''
    let err = ''
    this.child.stdout?.on('data', (chunk: Buffer) => (out += chunk.toString()))
    this.child.stderr?.on('data', (chunk: Buffer) => (err += chunk.toString()))
    this.lines = createInterface({ input: this.child.stdout! })[Symbol.asyncIterator]()
    this.ended = once(this.child, 'close').then(([code]: (number | null)[]) => ({
      code: code ?? null,
      out,
      err,
    }))
  }

  /** The next line of stdout. @throws with what was said instead when there is none */
  async line(): Promise<string> {
    const next = await this.lines.next()
    if (next.done !== true) return next.value
    throw new Error(`no line: ${JSON.stringify(await this.ended)}`)
  }

  async started(): Promise<Started> {
    return JSON.parse(await this.line()) as Started
  }

  /** Ends the process and waits for its end. */
  async end(signal: NodeJS.Signals): Promise<number | null> {
    this.child.kill(signal)
    return (await this.ended).code
  }
}

export interface Installation extends AsyncDisposable {
  readonly stateDir: string
  run(...args: string[]): Run
  /** Starts and waits for the address. */
  start(...args: string[]): Promise<{ run: Run; page: Started }>
  stop(): Promise<{ server: boolean; sessions: string[]; model: boolean; failed: unknown[] }>
  readJson(name: string): Promise<Record<string, unknown>>
}

/** A state directory of its own; disposing stops what runs in it. */
export async function openInstallation(env: Readonly<Record<string, string>> = {}): Promise<Installation> {
  const directory = await privateDirectory()
  const stateDir = path.join(directory.path, 's')
  const keysDir = path.join(directory.path, 'keys')
  const run = (...args: string[]): Run =>
    new Run(args, { X_STATE_DIR: stateDir, X_KEYS_DIR: keysDir, ...env })
  const stop: Installation['stop'] = async () => {
    const { out, err, code } = await run('stop', '--json').ended
    if (code !== 0) throw new Error(`stop ended with ${String(code)}: ${err}`)
    return JSON.parse(out) as Awaited<ReturnType<Installation['stop']>>
  }
  return {
    stateDir,
    run,
    stop,
    start: async (...args) => {
      const started = run('start', '--json', '--no-open', ...args)
      return { run: started, page: await started.started() }
    },
    readJson: async (name) =>
      JSON.parse(await readFile(path.join(stateDir, name), 'utf8')) as Record<string, unknown>,
    async [Symbol.asyncDispose]() {
      await stop()
      await directory[Symbol.asyncDispose]()
    },
  }
}
