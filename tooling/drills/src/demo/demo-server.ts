import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readFileSync } from 'node:fs'
import path from 'node:path'
import { fileURLToPath } from 'node:url'
import { startOf } from '../processes.ts'

/** Codex may have to be fetched at the first start. */
const START_MS = 300_000
const STOP_MS = 90_000

export interface DemoServerOptions {
  readonly stateDir: string
  readonly codex: string
}

/** Where a started server is, and the token that logs one browser in. */
export interface Started {
  readonly origin: string
  readonly token: string
}

/** The real program, built, with a state directory of its own. Whoever makes it ends it with `stop`. */
export class DemoServer {
  private readonly program: string
  private readonly options: DemoServerOptions
  private child: ChildProcess | undefined
  /** What the running server has said on stderr. */
  private said = ''

  /** @throws Error when the program was not built */
  constructor(options: DemoServerOptions) {
    this.options = options
    const manifest = fileURLToPath(import.meta.resolve('@x/demo/package.json'))
    this.program = path.join(path.dirname(manifest), 'dist/main.js')
    if (!existsSync(this.program)) throw new Error('the demo is not built; `pnpm build` does it')
  }

  /** Ports that this instance has bound, and binds again. */
  get ports(): readonly number[] {
    return Object.values(this.record('ports.json') ?? {}).map(Number)
  }

  get errors(): string {
    return this.said
  }

  get isRunning(): boolean {
    return this.child !== undefined
  }

  /** Starts the program without waiting for it. @throws Error when it runs already */
  launch(): ChildProcess {
    if (this.child) throw new Error('the server runs already')
    this.said = ''
    const child = spawn(process.execPath, [this.program, 'start', '--no-open', '--json'], {
      cwd: this.options.stateDir,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child.stderr
      .setEncoding('utf8')
      .on('data', (text: string) => (this.said = (this.said + text).slice(-8_000)))
    child.once('exit', () => (this.child = undefined))
    this.child = child
    return child
  }

  /** Starts the program and waits until it serves. @throws Error with what it said when it does not */
  async start(): Promise<Started> {
    const child = this.launch()
    const late = setTimeout(() => child.kill('SIGKILL'), START_MS)
    let out = ''
    try {
      for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
        out += String(chunk)
        if (out.includes('\n')) break
      }
    } finally {
      clearTimeout(late)
    }
    const [line = ''] = out.split('\n')
    if (line === '') throw new Error(`the server did not start: ${this.said.trim()}`)
    const { url } = JSON.parse(line) as { readonly url: string }
    const { origin, hash } = new URL(url)
    return { origin, token: hash.slice('#token='.length) }
  }

  /** SIGKILL, to exactly this process; resolves when it is gone. */
  async kill(): Promise<void> {
    const { child } = this
    if (!child) return
    const record = this.record('instance.json')
    // It writes its record last; one that was killed earlier has left another's behind.
    const proven = record?.['pid'] === child.pid ? record?.['startTime'] : startOf(Number(child.pid))
    if (proven === undefined || proven !== startOf(Number(child.pid)))
      throw new Error(`the record does not name the server ${String(child.pid)}`)
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }

  /** `stop` as a person types it. @returns what it said when it failed */
  async stop(): Promise<string | undefined> {
    const child = spawn(process.execPath, [this.program, 'stop', '--json'], {
      cwd: this.options.stateDir,
      env: this.environment(),
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    const late = setTimeout(() => child.kill('SIGKILL'), STOP_MS)
    let said = ''
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text: string) => (said += text))
    const [code] = (await once(child, 'close')) as [number | null]
    clearTimeout(late)
    return code === 0 ? undefined : `stop ended with ${String(code)}: ${said.trim()}`
  }

  private record(name: string): Readonly<Record<string, unknown>> | undefined {
    try {
      return JSON.parse(readFileSync(path.join(this.options.stateDir, 'demo', name), 'utf8')) as Record<
        string,
        unknown
      >
    } catch {
      return undefined
    }
  }

  /** Ours without what would choose another model, another directory or a desktop. */
  private environment(): NodeJS.ProcessEnv {
    const kept = Object.entries(process.env).filter(
      ([name]) => !/^(X_(?!CACHE_DIR)|INIT_CWD$|DISPLAY$|WAYLAND_DISPLAY$|NODE_OPTIONS$)/.test(name),
    )
    return {
      ...Object.fromEntries(kept),
      X_STATE_DIR: this.options.stateDir,
      X_CODEX_VERSION: this.options.codex,
    }
  }
}
