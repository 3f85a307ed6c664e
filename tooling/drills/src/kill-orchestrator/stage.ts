import { readFile, readdir } from 'node:fs/promises'
import path from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { DemoServer } from '../demo/demo-server.ts'
import { FeedViewer } from '../demo/feed-viewer.ts'
import { findLeftovers } from '../demo/leftovers.ts'
import { Page } from '../demo/page.ts'
import { makeStateDirectory, removeStateDirectory } from '../state-directory.ts'

export interface StageOptions {
  readonly codex: string
  readonly signal: AbortSignal
}

/** The server, a browser that stays logged in, and the session of the moment. Whoever opens it clears it. */
export class Stage {
  readonly stateDir: string
  readonly server: DemoServer
  readonly page: Page
  readonly signal: AbortSignal
  private isFirst = true
  private current: { readonly sessionId: string; readonly viewer: FeedViewer } | undefined

  private constructor(stateDir: string, server: DemoServer, page: Page, signal: AbortSignal) {
    this.stateDir = stateDir
    this.server = server
    this.page = page
    this.signal = signal
  }

  static async open({ codex, signal }: StageOptions): Promise<Stage> {
    const stateDir = await makeStateDirectory()
    const server = new DemoServer({ stateDir, codex })
    try {
      return new Stage(stateDir, server, await Page.login(await server.start()), signal)
    } catch (error) {
      await server.kill()
      await server.stop()
      await removeStateDirectory(stateDir)
      throw error
    }
  }

  /** A run before may have ended without a server. */
  async ensureServer(): Promise<void> {
    if (!this.server.isRunning) await this.server.start()
  }

  /** The session of the moment, or a new one. The first one is made by the server itself. */
  async session(fresh: boolean): Promise<{ readonly sessionId: string; readonly viewer: FeedViewer }> {
    if (!fresh && this.current) return this.current
    this.current?.viewer.close()
    const begun = this.isFirst ? (await this.page.sessions())[0]?.id : undefined
    this.isFirst = false
    const sessionId = begun ?? (await this.page.create())
    await this.page.untilReady(sessionId, this.signal)
    const viewer = new FeedViewer(this.page, sessionId)
    await viewer.connect()
    this.current = { sessionId, viewer }
    return this.current
  }

  /** The next run gets a new session: this one can't be used any more. */
  giveUpSession(): void {
    this.current?.viewer.close()
    this.current = undefined
  }

  /** What the server said last, when it was not the end. */
  get complaints(): string {
    return this.server.errors.trim()
  }

  /** The server's place is taken by a new process, which may be killed once more before it got anywhere. */
  async replaceServer(secondKillMs: number | undefined): Promise<void> {
    if (secondKillMs !== undefined) {
      this.server.launch()
      await delay(secondKillMs)
      await this.server.kill()
    }
    await this.server.start()
  }

  /** What Codex has recorded of a session. */
  async rollout(sessionId: string): Promise<string> {
    const root = path.join(this.stateDir, 'tasks', sessionId, 'home/.codex/sessions')
    const names = await readdir(root, { recursive: true }).catch(() => [])
    const files = names.filter((name) => name.endsWith('.jsonl')).sort()
    return (await Promise.all(files.map((name) => readFile(path.join(root, name), 'utf8')))).join('\n')
  }

  /** The process of a session's Codex, as it was recorded. */
  async codexProcess(
    sessionId: string,
  ): Promise<{ readonly pid: number; readonly startTime: string } | undefined> {
    const file = path.join(this.stateDir, 'tasks', sessionId, 'run/process.json')
    return readFile(file, 'utf8').then(
      (text) => JSON.parse(text) as { readonly pid: number; readonly startTime: string },
      () => undefined,
    )
  }

  /** Ends everything as a person does, and says what is left of it. @param keep leaves the files for a look */
  async clear(keep: () => boolean): Promise<readonly string[]> {
    this.giveUpSession()
    const { ports } = this.server
    const failure = await this.server.stop()
    const left = await findLeftovers(this.stateDir, ports)
    if (!keep() && left.length === 0) await removeStateDirectory(this.stateDir)
    return failure === undefined ? left : [...left, failure]
  }
}
