import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { openChromium } from '@x/fixtures'
import { emptyConversation } from '@x/agents/conversation'
import type { Browser, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ScriptedSeeds } from './support/scripted-seeds.ts'
import { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage, type ScriptedPage } from './support/scripted-page.ts'
import { SessionPage } from './support/session-page.ts'
import { showcase } from './support/showcase.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

interface Violation {
  readonly id: string
  readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[]
}

/** What a checker of accessibility has against the page as it stands. */
async function complaintsOfAxe(page: Page): Promise<readonly string[]> {
  const loaded = await page.evaluate('typeof axe')
  if (loaded === 'undefined') await page.evaluate(AXE)
  const run = `axe.run(document, { runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa'] }).then((found) => found.violations)`
  const violations: readonly Violation[] = await page.evaluate(run)
  return violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html, failureSummary }) => `${id}: ${html.slice(0, 200)}: ${failureSummary}`),
  )
}

/** How far the page can be scrolled sideways. */
async function sideways(page: Page): Promise<number> {
  return page.evaluate(
    `Math.max(document.documentElement.scrollWidth - innerWidth, ...[...document.querySelectorAll('main, aside, nav, .x-transcript, .x-foot, .x-foot-cards, .x-changes, .x-details')].map((one) => one.scrollWidth - one.clientWidth))`,
  )
}

describe('windows of every width', () => {
  let browser: Browser
  let it: ScriptedPage

  beforeAll(async () => {
    browser = await openChromium()
    const conversations = {
      a: new ScriptedConversation(showcase()),
      quiet: new ScriptedConversation({ ...showcase(), approvals: [], queue: { messages: [] } }),
      empty: new ScriptedConversation(emptyConversation('t', '/work')),
    }
    const options = { viewport: { width: 1440, height: 900 } }
    it = await openScriptedPage(conversations, options, browser, new ScriptedSeeds())
  })

  afterAll(async () => {
    expect(it.complaints).toEqual([])
    await it[Symbol.asyncDispose]()
    await browser.close()
  })

  test('g and s lead to the stored logins, and answer no approval on the way', async () => {
    const page = await it.open({ viewport: { width: 1440, height: 900 } })
    const session = new SessionPage(page)
    await session.approval.waitFor()
    await page.locator('.x-transcript').focus()
    await page.keyboard.press('g')
    await page.keyboard.press('s')
    await page.getByRole('region', { name: 'Seeds', exact: true }).waitFor()
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await page.goBack()
    await session.approval.waitFor()
    await page.context().close()
  })

  test('at 390 px all is reached by the tabs at the bottom, and nothing scrolls sideways', async () => {
    const page = await it.open({ viewport: { width: 390, height: 844 }, isMobile: true, hasTouch: true })
    const session = new SessionPage(page)
    const tabs = page.getByRole('navigation', { name: 'Panes' }).last()
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await session.approval.getByRole('button', { name: 'Approve once' }).tap()
    await session.message.waitFor()
    for (const pane of ['Changes', 'Details']) {
      await tabs.getByRole('link', { name: pane }).tap()
      await page.getByRole('complementary', { name: pane }).waitFor()
      await session.message.waitFor({ state: 'hidden' })
      expect(await sideways(page)).toBeLessThanOrEqual(0)
    }
    await tabs.getByRole('link', { name: 'Chat' }).tap()
    await session.message.waitFor()
    await tabs.getByRole('link', { name: 'List' }).tap()
    await page.getByRole('link', { name: /The session quiet/ }).tap()
    await session.message.waitFor()
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await tabs.getByRole('link', { name: 'List' }).tap()
    await page.getByRole('link', { name: 'Seeds' }).tap()
    await page.getByRole('region', { name: 'Seeds', exact: true }).waitFor()
    expect(await sideways(page)).toBeLessThanOrEqual(0)
    await tabs.getByRole('link', { name: 'List' }).tap()
    await page.getByRole('button', { name: 'New conversation' }).waitFor()
    await page.context().close()
  })

  test('at 900 px a pane takes the place of the list, and closing it brings the list back', async () => {
    const page = await it.open({ viewport: { width: 900, height: 800 } })
    const list = page.getByRole('navigation', { name: 'Conversations' })
    await list.waitFor()
    await page.locator('.x-transcript').focus()
    await page.keyboard.press('d')
    await page.getByRole('complementary', { name: 'Changes' }).waitFor()
    await list.waitFor({ state: 'hidden' })
    await page.getByRole('button', { name: 'Close the pane' }).click()
    await list.waitFor()
    await page.context().close()
  })

  test.each(['light', 'dark'] as const)(
    'a checker of accessibility finds nothing, %s',
    async (colorScheme) => {
      const page = await it.open({
        viewport: { width: 1440, height: 900 },
        colorScheme,
        reducedMotion: 'reduce',
      })
      for (const hash of ['#/s/a', '#/s/quiet/details', '#/s/empty']) {
        await page.goto(`${it.origin}/${hash}`)
        await page.getByRole('textbox', { name: 'Message', exact: true }).waitFor()
        expect(await complaintsOfAxe(page), hash).toEqual([])
      }
      await page.goto(`${it.origin}/#/seeds`)
      await page.getByText('ABCD-12345').waitFor()
      expect(await complaintsOfAxe(page), 'the stored logins').toEqual([])
      await page.goto(`${it.origin}/#/s/quiet`)
      await page.locator('.x-transcript').hover()
      await page.mouse.wheel(0, -20_000)
      await page.locator('[data-item-id="c3"]').waitFor()
      expect(await complaintsOfAxe(page), 'the top').toEqual([])
      await page.context().close()
    },
  )

  test('everything is reached by Tab, with a focus that is seen', async () => {
    const page = await it.open({ viewport: { width: 1440, height: 900 } })
    const reached = new Set<string>()
    for (let step = 0; step < 66; step += 1) {
      await page.keyboard.press('Tab')
      const here: { readonly name: string; readonly seen: boolean } = await page.evaluate(
        `(() => { const one = document.activeElement; const style = getComputedStyle(one); const around = getComputedStyle(one.closest('.x-composer-box') ?? one); const line = getComputedStyle(one, '::after'); return { name: one.getAttribute('aria-label') ?? one.textContent.trim().slice(0, 30), seen: one === document.body || style.outlineStyle !== 'none' || around.outlineStyle !== 'none' || line.width === '3px' } })()`,
      )
      reached.add(here.name)
      expect(here.seen, here.name).toBe(true)
    }
    for (const name of [
      'Find a conversation',
      'Width of the list',
      'Transcript',
      'Message',
      'Model',
      'Width of the pane',
    ])
      expect([...reached]).toContain(name)
    await page.context().close()
  })
})
