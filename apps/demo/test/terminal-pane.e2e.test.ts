import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { openChromium } from '@x/fixtures'
import type { Browser, BrowserContext, Page } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { TerminalView } from './support/terminal-page.ts'
import { openTerminalStage, type TerminalStage } from './support/terminal-stage.ts'

const WEB_ROOT = new URL('../dist/web/', import.meta.url)

describe('a terminal on the page', () => {
  let browser: Browser
  let context: BrowserContext
  let stage: TerminalStage
  /** What the page's policy has blocked, on any page. */
  const violations: string[] = []

  beforeAll(async () => {
    browser = await openChromium()
  })

  afterAll(async () => {
    await browser.close()
  })

  beforeEach(async () => {
    stage = await openTerminalStage()
    context = await browser.newContext({ viewport: { width: 1300, height: 700 } })
    violations.length = 0
    await context.exposeFunction('onViolation', (directive: string) => void violations.push(directive))
    await context.addInitScript(
      `addEventListener('securitypolicyviolation', (event) => onViolation(event.violatedDirective))`,
    )
  })

  afterEach(async () => {
    await context.close()
    await stage[Symbol.asyncDispose]()
    expect(violations).toEqual([])
  })

  async function open(path = '/terminal.html', from = context): Promise<TerminalView> {
    const view = new TerminalView(await stage.open(from, path))
    await view.is('live')
    return view
  }

  test('is typed into, and fills its place', async () => {
    const view = await open()
    await view.type('echo so""far; stty size\n')
    await view.shows('sofar')
    const [rows, columns] = sizeIn(await view.text())
    expect(columns).toBeGreaterThan(120)
    await view.page.setViewportSize({ width: 800, height: 500 })
    await expect.poll(() => stage.terminals[0]?.size.columns).toBeLessThan(columns)
    expect(stage.terminals[0]?.size.rows).toBeLessThan(rows)
  })

  test('shows colours beyond the palette, wide characters and a whole screen without breaking the policy', async () => {
    const view = await open()
    await view.type(
      `printf '\\033[2J\\033[H\\033[38;2;250;120;10mtrue\\033[0m 漢字\\033[48;5;21mblue\\033[0m 😀|\\n'\n`,
    )
    // The command itself shows its escapes, which its output does not.
    await view.shows('true 漢字blue')
    const colourOf = (selector: string, name: string) =>
      view.page.evaluate<string>(`getComputedStyle(document.querySelector('${selector}')).${name}`)
    const [plain, orange] = [
      await colourOf('.xterm-rows', 'color'),
      await colourOf('.xterm-rows span[style*="color:"]', 'color'),
    ]
    expect(orange).not.toBe(plain)
    for (const scheme of ['dark', 'light'] as const) {
      await view.page.emulateMedia({ colorScheme: scheme })
      await expect
        .poll(() => colourOf('.xterm-scrollable-element', 'backgroundColor'))
        .toBe(scheme === 'dark' ? 'rgb(23, 25, 28)' : 'rgb(253, 253, 252)')
    }
  })

  test('draws for a late viewer what the others see: the alternate screen, wide characters, colours', async () => {
    const first = await open()
    await first.type(
      `printf 'above\\n'; printf '\\033[?1049h\\033[2J\\033[3;5H漢字 😀\\033[31;1mred\\033[0m\\033[5;1Hrow %s\\033[?25l' five; read x\n`,
    )
    await first.shows('row five')
    const late = await open()
    await late.shows('row five')
    expect(await late.text()).toBe(await first.text())
    expect(
      await late.rows.locator('.xterm-bold.xterm-fg-9, .xterm-bold.xterm-fg-1').allTextContents(),
    ).toEqual(await first.rows.locator('.xterm-bold.xterm-fg-9, .xterm-bold.xterm-fg-1').allTextContents())
    // Back on the usual screen, both have what stood there before.
    await late.type('\n')
    await late.type(`printf '\\033[?1049l\\033[?25h'; echo af""ter\n`)
    for (const view of [first, late]) {
      await view.shows('after')
      expect(await view.text()).toContain('above')
    }
  })

  test('is not typed into by one that only reads, whatever the page is made to send', async () => {
    const writer = await open()
    const reader = await open('/terminal.html?mode=read')
    await reader.pane.getByText('read only').waitFor()
    await reader.type('echo gotcha\n')
    await writer.type('echo mar""ker\n')
    await reader.shows('marker')
    expect(await writer.text()).not.toContain('gotcha')
    const size = stage.terminals[0]?.size
    await reader.page.setViewportSize({ width: 700, height: 400 })
    await writer.type('echo an""other\n')
    await reader.shows('another')
    expect(stage.terminals[0]?.size).toEqual(size)
    const code = await reader.page.evaluate(`new Promise((resolve) => {
      const socket = new WebSocket('/api/sessions/a/terminal?mode=read')
      socket.onmessage = () => socket.send(new Uint8Array([120]))
      socket.onclose = ({ code, reason }) => resolve(code + ' ' + reason)
    })`)
    expect(code).toBe('1008 read only')
  })

  test('comes back with the same screen when the server was gone', async () => {
    const view = await open()
    await view.type('echo be""fore\n')
    await view.shows('before')
    await stage.restart()
    await view.is('live')
    // The terminal belonged to that server: this is a new program.
    await view.shows('$')
    await view.type('echo af""ter\n')
    await view.shows('after')
    expect(stage.terminals.length).toBe(2)
  })

  test('says that it reconnects while nobody answers, and then shows the very screen, without a scrap', async () => {
    const sockets: { close(): Promise<void> }[] = []
    let answers = true
    await context.routeWebSocket(/\/terminal/, (socket) => {
      if (!answers) return void socket.close({ code: 1012 })
      socket.connectToServer()
      sockets.push({ close: () => socket.close({ code: 1012 }) })
    })
    const view = await open()
    await view.type(
      `i=0; while [ $i -lt 60000 ]; do i=$((i+1)); printf '\\033[3%dm漢%d\\033[0m ' $((i%8)) $i; done; echo; echo en""d\n`,
    )
    await view.shows(/漢\d/)
    answers = false
    await sockets[0]?.close()
    await view.is('reconnecting')
    await view.pane.getByText(/reconnecting \(attempt \d+\)/).waitFor()
    answers = true
    await view.is('live')
    await view.shows('end')
    const other = await open()
    await other.shows('end')
    expect(await view.text()).toBe(await other.text())
    expect([stage.terminals.length, sockets.length]).toEqual([1, 3])
  })

  test('says how its program ended, and opens it again', async () => {
    const view = await open()
    await view.type('exit 3\n')
    await view.is('ended')
    await view.pane.getByText('ended with exit code 3').first().waitFor()
    await view.pane.getByRole('button', { name: 'Open again' }).click()
    await view.is('live')
    await view.type('echo a""gain\n')
    await view.shows('again')
  })

  test('lets a program reach nothing beyond its screen', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const view = await open()
    const { page } = view
    await page.evaluate(`navigator.clipboard.writeText('mine')`)
    await view.type(
      String.raw`printf '\033]0;evil\007\033]2;evil\007\033]52;c;ZXZpbA==\007\033]8;;javascript:alert(1)\033\\bad\033]8;;\033\\ \033]8;;ORIGIN/chat.html\033\\good\033]8;;\033\\ <img src=x onerror=alert(1)> %s\n' shown`.replace(
        'ORIGIN',
        stage.origin,
      ) + '\n',
    )
    await view.shows('onerror=alert(1)> shown')
    expect(await page.title()).toBe('Terminal')
    expect(await page.evaluate(`navigator.clipboard.readText()`)).toBe('mine')
    expect(await view.pane.locator('img').count()).toBe(0)
    const opened: Page[] = []
    context.on('page', (other) => opened.push(other))
    const place = async (text: string): Promise<{ x: number; y: number }> => {
      const box = await view.rows.locator('span', { hasText: text }).last().boundingBox()
      return { x: (box?.x ?? 0) + 4, y: (box?.y ?? 0) + 6 }
    }
    const [good, bad] = [await place('good'), await place('bad')]
    for (const { x, y } of [bad, good]) {
      await page.mouse.move(x, y)
      await page.mouse.click(x, y)
    }
    await page.keyboard.down('Control')
    await page.mouse.click(bad.x, bad.y)
    await page.mouse.move(good.x, good.y)
    const opening = context.waitForEvent('page')
    await page.mouse.click(good.x, good.y)
    const other = await opening
    await page.keyboard.up('Control')
    expect(opened).toEqual([other])
    expect(other.url()).toBe(`${stage.origin}/chat.html`)
    expect(await other.evaluate('opener')).toBeNull()
  })

  test('answers nothing that a program asks its terminal: the server does, once, for all viewers', async () => {
    const view = await open()
    await open()
    await view.type(
      `stty raw -echo min 0 time 10; printf '\\033[6n'; a=$(head -c 100); stty sane; printf '%s' "$a" | tr '\\033' 'E'; echo '|'\n`,
    )
    await view.shows(/E\[\d+;\d+R\|/)
    expect((await view.text()).match(/E\[\d+;\d+R/g)?.length).toBe(1)
  })

  test('takes a paste as text, however it is made, and all at once', async () => {
    await context.grantPermissions(['clipboard-read', 'clipboard-write'])
    const view = await open()
    const pasted = Buffer.from('\u001b[200~one\rtwo \u241b[201~evil ü\u001b[201~')
    const { length } = pasted
    await view.type(
      `stty raw -echo; printf '\\033[?2004h%s' re""ady; dd bs=1 count=${length} 2>/dev/null | od -An -tx1 -w${length}; stty sane\n`,
    )
    await view.shows('ready')
    await view.page.evaluate(`navigator.clipboard.writeText('one\\ntwo \\u001b[201~evil ü')`)
    await view.keys.focus()
    await view.page.keyboard.press('Control+v')
    const hex = pasted.toString('hex').replace(/../g, ' $&')
    await expect.poll(async () => (await view.text()).replaceAll('\n', '')).toContain(hex)
  })

  test('is left by keyboard, and rests the keys of the page while it has the focus', async () => {
    const view = await open('/#/s/a/terminal')
    const { page } = view
    await view.keys.focus()
    // What is typed before the prompt stands before it.
    await view.shows('$')
    await page.keyboard.press('?')
    await view.shows('$ ?')
    expect(await page.getByRole('dialog').count()).toBe(0)
    await page.keyboard.press('Control+Shift+L')
    await expect
      .poll(() => page.evaluate<boolean>(`document.activeElement.matches('.xterm-helper-textarea')`))
      .toBe(false)
    await page.keyboard.press('?')
    const sheet = page.getByRole('dialog', { name: 'Keys' })
    await sheet.waitFor()
    expect(await sheet.innerText()).toContain('Ctrl+Shift+L')
  })

  test('is kept over a reload of the page, and opened and closed by its key', async () => {
    const view = await open('/#/s/a/terminal')
    const { page } = view
    await view.type('echo be""fore\n')
    await view.shows('before')
    await page.reload()
    await view.is('live')
    await view.shows('before')
    await page.keyboard.press('t')
    await view.pane.waitFor({ state: 'detached' })
    await page.keyboard.press('t')
    await view.shows('before')
    expect(stage.terminals.length).toBe(1)
  })

  test('stands in a frame of the same origin, and in no other; the page itself in none', async () => {
    await open()
    const host = await context.newPage()
    // What is refused never comes; what is allowed may take its time.
    const frameIn = async (origin: string, target: string, timeout = 60_000): Promise<boolean> => {
      await host.route(`${origin}/frame-host`, (route) =>
        route.fulfill({ contentType: 'text/html', body: `<iframe src="${stage.origin}${target}"></iframe>` }),
      )
      await host.goto(`${origin}/frame-host`)
      const inner = host.frameLocator('iframe')
      return inner
        .locator('#root > *')
        .first()
        .waitFor({ state: 'attached', timeout })
        .then(
          () => true,
          () => false,
        )
    }
    expect(await frameIn(stage.origin, '/terminal.html#/s/a')).toBe(true)
    expect(await frameIn(stage.origin, '/chat.html#/s/a')).toBe(true)
    expect(await frameIn(stage.origin, '/#/s/a', 3_000)).toBe(false)
    expect(await frameIn('http://localhost:1', '/terminal.html#/s/a', 3_000)).toBe(false)
    violations.length = 0
  })

  test('comes when it is opened: the first page has nothing of it', async () => {
    const page = await stage.open(context, '/')
    const asked: string[] = []
    page.on('request', (request) => asked.push(new URL(request.url()).pathname))
    await page.goto(`${stage.origin}/#/s/a/details`)
    await page.reload()
    await page.getByRole('navigation', { name: 'Panes' }).first().waitFor()
    expect(asked.filter((path) => path.includes('terminal'))).toEqual([])
    const index = readFileSync(new URL('index.html', WEB_ROOT), 'utf8')
    expect(index).not.toContain('terminal')
    const scripts = readdirSync(fileURLToPath(new URL('assets/', WEB_ROOT))).filter((name) =>
      name.endsWith('.js'),
    )
    const withXterm = scripts.filter((name) =>
      readFileSync(new URL(`assets/${name}`, WEB_ROOT), 'utf8').includes('xterm-helper-textarea'),
    )
    expect(withXterm.length).toBe(1)
    expect(asked.some((path) => path.endsWith(withXterm[0] ?? ''))).toBe(false)
    await page.keyboard.press('t')
    await new TerminalView(page).is('live')
    expect(asked.some((path) => path.endsWith(withXterm[0] ?? ''))).toBe(true)
  })
})

function sizeIn(text: string): readonly [rows: number, columns: number] {
  const [, rows, columns] = /^(\d+) (\d+)$/m.exec(text) ?? []
  return [Number(rows), Number(columns)]
}
