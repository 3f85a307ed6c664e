import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import path from 'node:path'
import { createInterface } from 'node:readline'
import type { Readable } from 'node:stream'
import { fileURLToPath } from 'node:url'

const ROOT = fileURLToPath(new URL('../../../../', import.meta.url))

/** What `npm start` says of the page. */
export interface Started {
  readonly url: string
  readonly port: number
  readonly pid: number
  readonly started: boolean
}

/** The product as a person runs it, from the root of the checkout, with a state directory of its own. */
export class Product implements AsyncDisposable {
  readonly stateDir: string
  private readonly running = new Set<ChildProcess>()
  private readonly variables: Readonly<Record<string, string>>

  /** @param variables beside those of the tests themselves */
  constructor(stateDir: string, variables: Readonly<Record<string, string>> = {}) {
    this.stateDir = stateDir
    this.variables = variables
  }

  /** `npm start`; resolves with the first thing it says of the page. One that serves goes on running. */
  async start(...args: readonly string[]): Promise<Started> {
    const child = this.npm('start', '--no-open', '--json', ...args)
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('{')) return JSON.parse(line) as Started
    }
    throw new Error(`npm start ended without an address: ${this.errors.join('')}`)
  }

  /** `npm stop`; resolves when it is done. */
  async stop(): Promise<number | null> {
    const child = this.npm('stop')
    child.stdout.resume()
    const [code] = (await once(child, 'close')) as [number | null]
    return code
  }

  /** SIGKILL of the serving process, as nobody would do it. Resolves when it is gone. */
  async killServer({ pid }: Started): Promise<void> {
    const ended = Promise.all([...this.running].map((child) => once(child, 'close')))
    process.kill(pid, 'SIGKILL')
    await ended
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stop()
    await Promise.all([...this.running].map((child) => once(child, 'close')))
  }

  /** What a session's Codex has written down, as text. */
  readRecord(...parts: readonly string[]): string {
    return readFileSync(path.join(this.stateDir, ...parts), 'utf8')
  }

  private readonly errors: string[] = []

  private npm(script: string, ...args: readonly string[]): ChildProcessByStdio<null, Readable, Readable> {
    const child = spawn('npm', ['--silent', 'run', script, '--', ...args], {
      cwd: ROOT,
      env: {
        ...process.env,
        // The store of this very state directory, with keys of its own.
        MONGODB_URI: '',
        X_KEYS_DIR: `${this.stateDir}-keys`,
        ...this.variables,
        X_STATE_DIR: this.stateDir,
      },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr.on('data', (chunk: Buffer) => this.errors.push(chunk.toString()))
    this.running.add(child)
    child.once('close', () => this.running.delete(child))
    return child
  }
}
