import { fileURLToPath } from 'node:url'
import { openTerminal, type Terminal, type TerminalSize } from '@x/agents/terminal'
import { openLocalHost, type Host } from '@x/host'
import type { SessionDirectory } from '@x/runner'
import { openHttpServer, type HttpServer } from '@x/runner/http'
import type { Browser, Page } from 'playwright-core'
import { WINDOW } from './side.ts'

/** The built page of the product. */
const WEB_ROOT = fileURLToPath(new URL('../../../../apps/demo/dist/web/', import.meta.url))

/** The product's server and page over a terminal of `@x/agents`, with any program in place of Codex. */
export class OurSide implements AsyncDisposable {
  readonly port: number
  private readonly host: Host
  private readonly server: HttpServer
  private readonly programs: Map<string, readonly string[]>
  private readonly opened: Terminal[]

  private constructor(
    host: Host,
    server: HttpServer,
    programs: Map<string, readonly string[]>,
    opened: Terminal[],
  ) {
    this.host = host
    this.server = server
    this.programs = programs
    this.opened = opened
    this.port = server.port
  }

  static async open(): Promise<OurSide> {
    const host = await openLocalHost()
    const programs = new Map<string, readonly string[]>()
    const opened: Terminal[] = []
    const server = await openHttpServer({
      sessions: directoryOf(host, programs, opened),
      webRoot: WEB_ROOT,
      port: 0,
      instance: '00000000',
      cookies: { read: async () => [], write: async () => undefined },
      terminalGraceMs: 1,
    })
    return new OurSide(host, server, programs, opened)
  }

  /** Of the last terminal, which fills the window. */
  get size(): TerminalSize {
    return this.opened.at(-1)?.size ?? { columns: 80, rows: 24 }
  }

  /** Shows `argv` on a fresh terminal; resolves when keys reach it. Closing the page ends it. */
  async show(browser: Browser, argv: readonly string[], at = `http://127.0.0.1:${this.port}`): Promise<Page> {
    const id = `bench-${this.programs.size}`
    this.programs.set(id, argv)
    const page = await browser.newPage(WINDOW)
    await page.goto(`${at}/terminal.html#token=${this.server.issueToken()}&s=${id}`)
    await page.locator('[data-terminal-state="live"]').waitFor()
    await page.locator('.xterm-helper-textarea').focus()
    return page
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server.close()
    await this.host[Symbol.asyncDispose]()
  }
}

function directoryOf(
  host: Host,
  programs: ReadonlyMap<string, readonly string[]>,
  opened: Terminal[],
): SessionDirectory {
  return {
    list: () => [],
    onChange: () => ({ [Symbol.dispose]: () => undefined }),
    conversation: () => undefined,
    create: () => Promise.reject(new Error('there is one session')),
    resume: async () => false,
    end: async () => false,
    async terminal(id, size) {
      const argv = programs.get(id)
      if (!argv) return undefined
      const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' }
      const terminal = openTerminal(await host.openPty(argv, { cwd: '/', env, ...size }), { size })
      opened.push(terminal)
      return terminal
    },
  }
}
