import path from 'node:path'
import { CODEX_VERSIONS, openChromium, privateDirectory, processesOf } from '@x/fixtures'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'
import { TerminalView } from './support/terminal-page.ts'

describe.each(CODEX_VERSIONS)('chat and terminal on one session, Codex %s', (version) => {
  let scratch: Awaited<ReturnType<typeof privateDirectory>>
  let product: Product
  let browser: Browser
  let context: BrowserContext
  let chat: SessionPage
  let terminal: TerminalView
  let turns = 0

  beforeAll(async () => {
    scratch = await privateDirectory()
    product = new Product(path.join(scratch.path, 'x'), { X_CODEX_VERSION: version })
    browser = await openChromium()
    context = await browser.newContext({ viewport: { width: 1600, height: 800 } })
    chat = await SessionPage.open(context, (await product.start()).url)
    await chat.page.waitForURL(/#\/s\//)
    const page = await context.newPage()
    await page.goto(`${chat.page.url().replace(/\/#.*/, '')}/terminal.html${hashOf(chat)}`)
    terminal = new TerminalView(page)
    await terminal.is('live')
  })

  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
    expect(processesOf(scratch.path)).toEqual([])
    await scratch[Symbol.asyncDispose]()
  })

  test('what is said in the chat is seen in the terminal', async () => {
    await chat.say('words of the chat')
    turns += 1
    await chat.ended(await chat.turn(turns), 'completed')
    await terminal.shows('words of the chat')
  })

  test('what is said in the terminal is seen in the chat', async () => {
    await terminal.say('words of the terminal')
    turns += 1
    const turn = await chat.turn(turns)
    await chat.ended(turn, 'completed')
    expect(await turn.locator('[data-item-type="user-message"]').innerText()).toContain(
      'words of the terminal',
    )
  })

  test('what is asked is answered in the chat, and the terminal asks no more', async () => {
    await chat.say('run: touch chat.txt')
    turns += 1
    await chat.approval.waitFor()
    await terminal.shows(/touch chat\.txt[^]*Yes/)
    await chat.page.getByRole('button', { name: 'Approve once' }).click()
    await chat.ended(await chat.turn(turns), 'completed')
    await expect.poll(() => terminal.text()).not.toMatch(/Yes, (just this once|proceed)/)
  })

  test('what is asked is answered in the terminal, and the chat asks no more', async () => {
    await chat.say('run: touch terminal.txt')
    turns += 1
    await chat.approval.waitFor()
    await terminal.shows(/touch terminal\.txt[^]*Yes/)
    await terminal.type('y')
    await chat.approval.waitFor({ state: 'detached' })
    await chat.ended(await chat.turn(turns), 'completed')
  })

  test('one who comes late sees the same screen, and one who only reads types nothing', async () => {
    const page = await context.newPage()
    const { origin } = new URL(chat.page.url())
    await page.goto(`${origin}/terminal.html?mode=read${hashOf(chat)}`)
    const reader = new TerminalView(page)
    await reader.is('live')
    await expect.poll(async () => (await reader.text()) === (await terminal.text())).toBe(true)
    await reader.type('never seen')
    await terminal.type('really typed')
    await reader.shows('really typed')
    expect(await terminal.text()).not.toContain('never seen')
    for (let letter = 0; letter < 'really typed'.length; letter += 1)
      await terminal.page.keyboard.press('Backspace')
    await page.close()
  })

  test('the terminal beside the chat is kept over a reload', async () => {
    const { page } = chat
    await page.goto(`${page.url().replace(/#.*/, '')}${hashOf(chat)}/terminal`)
    const beside = new TerminalView(page)
    await beside.is('live')
    await beside.shows('terminal.txt')
    await page.reload()
    await beside.is('live')
    await beside.shows('terminal.txt')
    await chat.message.waitFor()
    await chat.say('with both in sight')
    turns += 1
    await beside.shows('with both in sight')
    await chat.ended(await chat.turn(turns), 'completed')
  })

  test('the terminal ends by itself, the conversation goes on, and it is opened again', async () => {
    await terminal.keys.focus()
    await expect
      .poll(
        async () => {
          await terminal.page.keyboard.press('Control+c')
          return terminal.pane.getAttribute('data-terminal-state')
        },
        { interval: 500, timeout: 30_000 },
      )
      .toBe('ended')
    await chat.say('still there')
    turns += 1
    await chat.ended(await chat.turn(turns), 'completed')
    await terminal.pane.getByRole('button', { name: 'Open again' }).click()
    await terminal.is('live')
    await terminal.shows('still there')
  })
})

/** The address of the session on any page, e.g. `#/s/<id>`. */
function hashOf(session: SessionPage): string {
  return /#\/s\/[^/?]+/.exec(session.page.url())?.[0] ?? ''
}
