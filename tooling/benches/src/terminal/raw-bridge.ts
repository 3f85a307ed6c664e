import { readFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { createRequire } from 'node:module'
import { spawn } from '@lydell/node-pty'
import type { TerminalSize } from '@x/agents/terminal'
import type { Browser, Page } from 'playwright-core'
import { WebSocketServer } from 'ws'
import { WINDOW } from './side.ts'

const library = createRequire(import.meta.url)

/** The page that a person would write first: xterm.js, a socket, and nothing between them. */
const PAGE = `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="/xterm.css">
<style>body { margin: 8px } #t { height: 670px }</style><div id="t"></div>
<script type="module">
import { Terminal } from '/xterm.mjs'
const [cols, rows] = location.hash.slice(1).split('x').map(Number)
const terminal = new Terminal({ cols, rows, fontSize: 13 })
terminal.open(document.getElementById('t'))
const socket = new WebSocket(location.href.replace('http', 'ws').split('#')[0])
socket.binaryType = 'arraybuffer'
const acknowledges = location.search.includes('ack')
let drawn = 0
socket.onmessage = ({ data }) => {
  const bytes = new Uint8Array(data)
  if (!acknowledges) return terminal.write(bytes)
  terminal.write(bytes, () => {
    drawn += bytes.length
    if (drawn > 100000) {
      drawn -= 100000
      socket.send('ack')
    }
  })
}
terminal.onData((data) => socket.send(new TextEncoder().encode(data)))
socket.onopen = () => (document.body.dataset.terminalState = 'live')
</script>`

/** Pieces of 100,000 bytes that may be unacknowledged, and the number at which the program goes on. */
const MOST_PENDING = 5
const FEW_PENDING = 2

/** What the next socket is given. */
interface Next {
  argv: readonly string[]
  size: TerminalSize
}

/**
 * The least that shows a program in a browser: what the PTY gives goes to the socket, and back. `flowControl`: as the
 * guide of xterm.js has it; without it nothing is bounded.
 */
export class RawBridge implements AsyncDisposable {
  readonly port: number
  private readonly close: () => Promise<void>
  private readonly flowControl: boolean
  private readonly next: Next

  private constructor(port: number, flowControl: boolean, next: Next, close: () => Promise<void>) {
    this.port = port
    this.flowControl = flowControl
    this.next = next
    this.close = close
  }

  static async open({ flowControl }: { readonly flowControl: boolean }): Promise<RawBridge> {
    const next: Next = { argv: [], size: { columns: 80, rows: 24 } }
    const files = new Map([
      ['/xterm.mjs', await asset('@xterm/xterm/lib/xterm.mjs', 'text/javascript')],
      ['/xterm.css', await asset('@xterm/xterm/css/xterm.css', 'text/css')],
    ])
    const page = { type: 'text/html', body: Buffer.from(PAGE) }
    const http = createServer((request, response) => {
      const { type, body } = files.get(request.url ?? '') ?? page
      response.writeHead(200, { 'content-type': type }).end(body)
    })
    const sockets = new WebSocketServer({ server: http, perMessageDeflate: false })
    sockets.on('connection', (socket) => {
      const [program = '', ...args] = next.argv
      const env = { PATH: process.env['PATH'] ?? '', LANG: 'C.UTF-8' }
      const pty = spawn(program, args, {
        cols: 120,
        rows: 40,
        cwd: '/',
        env,
        name: 'xterm-256color',
        encoding: null,
      })
      let sent = 0
      let pending = 0
      pty.onData((data) => {
        socket.send(data)
        if (!flowControl) return
        sent += data.length
        if (sent < 100_000) return
        sent -= 100_000
        pending += 1
        if (pending > MOST_PENDING) pty.pause()
      })
      socket.on('message', (data: Buffer, isBinary) => {
        if (isBinary) pty.write(data)
        else {
          pending -= 1
          if (pending < FEW_PENDING) pty.resume()
        }
      })
      socket.on('close', () => pty.kill('SIGKILL'))
    })
    await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
    const { port } = http.address() as AddressInfo
    return new RawBridge(port, flowControl, next, async () => {
      for (const socket of sockets.clients) socket.terminate()
      http.closeAllConnections()
      await new Promise((resolve) => http.close(resolve))
    })
  }

  /** Shows `argv` on a fresh terminal of a size; resolves when keys reach it. Closing the page ends it. */
  async show(browser: Browser, argv: readonly string[], size: TerminalSize): Promise<Page> {
    this.next.argv = argv
    this.next.size = size
    const page = await browser.newPage(WINDOW)
    await page.goto(
      `http://127.0.0.1:${this.port}/${this.flowControl ? '?ack' : ''}#${size.columns}x${size.rows}`,
    )
    await page.locator('[data-terminal-state="live"]').waitFor()
    await page.locator('.xterm-helper-textarea').focus()
    return page
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}

async function asset(name: string, type: string): Promise<{ readonly type: string; readonly body: Buffer }> {
  return { type, body: await readFile(library.resolve(name)) }
}
