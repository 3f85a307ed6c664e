import { tmpdir } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { SessionSummary } from '@x/agents/conversation'
import { openTerminal, type Terminal, type TerminalSize } from '@x/agents/terminal'
import { openLocalHost, type Host } from '@x/host'
import { openHttpServer, type HttpServer } from '@x/runner/http'
import type { BrowserContext, Page } from 'playwright-core'

const WEB_ROOT = fileURLToPath(new URL('../../dist/web/', import.meta.url))

/** The built page over a server whose sessions have a shell in place of Codex, and no conversation. */
export interface TerminalStage extends AsyncDisposable {
  /** Of the page, without a slash at its end. */
  readonly origin: string
  /** Every terminal that was opened, the newest last. */
  readonly terminals: readonly Terminal[]
  /** Opens the page of the session `a` at an address such as `/terminal.html`, and logs in. */
  open(context: BrowserContext, path: string): Promise<Page>
  /** Ends the server as a crash would, for the viewers, and opens another one at the same address. */
  restart(): Promise<void>
}

/** What a session's terminal shows. */
export type OpenProgram = (host: Host, size: TerminalSize) => Promise<Terminal>

const openShell: OpenProgram = async (host, size) => {
  const env = { PATH: process.env['PATH'] ?? '', PS1: '$ ', LANG: 'C.UTF-8' }
  return openTerminal(await host.openPty(['/bin/sh'], { cwd: tmpdir(), env, ...size }), { size })
}

/** Opens it; whoever does closes it. */
export async function openTerminalStage(openProgram = openShell): Promise<TerminalStage> {
  const host = await openLocalHost()
  const terminals: Terminal[] = []
  const summary: SessionSummary = {
    id: 'a',
    title: 'a shell',
    directory: '/',
    createdAt: Date.now(),
    status: { state: 'ready', turn: 'idle', needsYou: 0 },
  }
  let kept: Parameters<HttpServerCookies['write']>[0] = []
  const serve = (port: number): Promise<HttpServer> =>
    openHttpServer({
      webRoot: WEB_ROOT,
      port,
      instance: '0123abcd',
      framed: ['/terminal.html', '/chat.html'],
      cookies: { read: async () => kept, write: async (logins) => void (kept = logins) },
      sessions: {
        list: () => [summary],
        onChange: () => ({ [Symbol.dispose]: () => undefined }),
        conversation: () => undefined,
        create: async () => summary,
        resume: async () => true,
        end: async () => false,
        async terminal(id, size) {
          if (id !== summary.id) return undefined
          const terminal = await openProgram(host, size)
          terminals.push(terminal)
          return terminal
        },
      },
    })
  let server = await serve(0)
  return {
    origin: server.url,
    terminals,
    async open(context, path) {
      const page = await context.newPage()
      const [file, query] = path.split('#')
      await page.goto(`${server.url}${file}#token=${server.issueToken()}&s=a`)
      if (query !== undefined) await page.goto(`${server.url}${file}#${query}`)
      return page
    },
    async restart() {
      const { port } = server
      await server.close()
      server = await serve(port)
    },
    async [Symbol.asyncDispose]() {
      await server.close()
      await host[Symbol.asyncDispose]()
    },
  }
}

type HttpServerCookies = Parameters<typeof openHttpServer>[0]['cookies']
