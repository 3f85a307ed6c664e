import { openChromium } from '@x/fixtures'
import { emptyConversation, type Command, type ConversationState, type Item } from '@x/agents/conversation'
import type { Browser, CDPSession, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage, type ScriptedPage } from './support/scripted-page.ts'
import { SessionPage } from './support/session-page.ts'

const done = { phase: 'done' } as const
const ITEMS = 10_000
const PER_TURN = 50

function command(id: string, status: Command['status'], output: string): Command {
  const phase = status === 'running' ? 'open' : 'done'
  return { id, phase, type: 'command', command: 'make', cwd: '/w', status, output, outputDropped: 0 }
}

/** Turns of very different heights, ten thousand items in all. */
function longState(): ConversationState {
  const items = Array.from({ length: ITEMS }, (_, index): Item => {
    const id = `i${index}`
    const place = index % PER_TURN
    if (place === 0) return { ...done, id, type: 'user-message', text: `Do it, part ${index}.` }
    if (place % 3 === 0)
      return {
        ...done,
        id,
        type: 'agent-message',
        text: `**${place}** of it.\n\n${'words and words '.repeat(place)}\n\n- a\n- b`,
      }
    return command(id, place % 11 === 0 ? 'failed' : 'completed', 'line\n'.repeat(place * 3))
  })
  const turns = Array.from({ length: ITEMS / PER_TURN }, (_, index) => ({
    id: `t${index}`,
    status: 'completed' as const,
    items: items.slice(index * PER_TURN, (index + 1) * PER_TURN),
    startedAt: 1,
    endedAt: 1_000,
  }))
  return { ...emptyConversation('t', '/w'), turns }
}

/** Seconds of work of the page's main thread so far: what it costs, however busy the machine is. */
async function workOf(session: CDPSession): Promise<number> {
  const { metrics } = await session.send('Performance.getMetrics')
  return metrics.find(({ name }) => name === 'TaskDuration')?.value ?? NaN
}

async function openMeter(page: Page): Promise<CDPSession> {
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  return session
}

/** Two thousand pieces a second, half of a message and half of a command's output, until it is stopped. */
function flood(conversation: ScriptedConversation): { stop(): number } {
  const turnId = 'flood'
  conversation.say(
    { type: 'turn-started', turn: { id: turnId, status: 'in-progress', items: [], startedAt: Date.now() } },
    { type: 'item-started', turnId, item: { id: 'said', phase: 'open', type: 'agent-message', text: '' } },
    { type: 'item-started', turnId, item: command('yes', 'running', '') },
  )
  const started = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (const due = (performance.now() - started) * 2; sent < due; sent += 2)
      conversation.say(
        {
          type: 'item-delta',
          turnId,
          itemId: 'said',
          kind: 'agent-message',
          text: sent % 60 === 0 ? 'word.\n\n' : 'word ',
        },
        {
          type: 'item-delta',
          turnId,
          itemId: 'yes',
          kind: 'command',
          text: `line ${sent} \u001b[32mok\u001b[0m\n`,
        },
      )
  }, 4)
  return {
    stop() {
      clearInterval(timer)
      conversation.say({ type: 'turn-ended', turnId, status: 'completed', endedAt: Date.now() })
      return sent
    },
  }
}

/**
 * Notes what the layout shifts beside the transcript's rows, also while somebody types; and of the rows, in each frame
 * as it was painted, how far from the end of the view the last one ended, and which went down. They are not asked of the
 * browser's list of shifts: it expects rows to go up when their list scrolls, and calls it a shift when one stays at the
 * end.
 */
const WATCH = `(() => {
  window.shifts = []
  window.behind = []
  window.sunk = []
  const box = document.querySelector('.x-transcript')
  const isBeside = ({ node }) => {
    const element = node?.nodeType === Node.TEXT_NODE ? node.parentElement : node
    return !element?.closest?.('.x-rows')
  }
  const told = ({ node, previousRect, currentRect }) =>
    [previousRect, currentRect].map(({ x, y, width, height }) => [x, y, width, height]).join(' to ') +
    ': ' + String(node?.outerHTML ?? node?.textContent).slice(0, 100)
  window.observer = new PerformanceObserver((list) => {
    for (const { sources } of list.getEntries()) window.shifts.push(...sources.filter(isBeside).map(told))
  })
  window.observer.observe({ type: 'layout-shift' })
  let ends = {}
  const note = (entries) => {
    const [list] = entries
    const rows = entries.slice(1)
    const drawn = rows.filter(({ boundingClientRect }) => boundingClientRect.height > 0)
    // Of a row that was drawn anew in this frame only its successor could tell; the list tells always.
    for (const { boundingClientRect, rootBounds } of rows.at(-1) === drawn.at(-1) ? [list, ...drawn.slice(-1)] : [list])
      window.behind.push(Math.abs(boundingClientRect.bottom - rootBounds.bottom))
    const before = ends
    ends = Object.fromEntries(drawn.map(({ target, boundingClientRect }) => [target.dataset.row, boundingClientRect.bottom]))
    for (const row in ends) if (ends[row] > before[row] + 1) window.sunk.push(row + ': ' + before[row] + ' to ' + ends[row])
  }
  const look = () => {
    // What has just begun to be observed is told where it stands when all of this frame is laid out, before its paint.
    const places = new IntersectionObserver((entries) => (places.disconnect(), note(entries)), { root: box })
    for (const row of box.querySelectorAll('.x-rows, [data-row]')) places.observe(row)
    window.looking = requestAnimationFrame(look)
  }
  look()
})()`

/** Resolves when the transcript has stood still for some frames: a page's scroll is smooth. */
const REST = `new Promise((rested) => {
  const box = document.querySelector('.x-transcript')
  let [top, same] = [box.scrollTop, 0]
  const look = () => {
    same = box.scrollTop === top ? same + 1 : 0
    top = box.scrollTop
    if (same === 10) rested()
    else requestAnimationFrame(look)
  }
  look()
})`

/** What the watch has seen of the rows until now; it ends. */
async function seenOfRows(page: Page) {
  await page.evaluate('cancelAnimationFrame(window.looking); window.observer.disconnect()')
  const behind = await page.evaluate<number[]>('window.behind')
  // Too few frames say nothing.
  expect(behind.length).toBeGreaterThan(10)
  return { behind: behind.filter((px) => px > 1), sunk: await page.evaluate('window.sunk') }
}

const FOLLOWED = { behind: [], sunk: [] }

/** How much of the transcript is below the end of the view, in CSS pixels. */
async function below(page: Page): Promise<number> {
  return page.evaluate(
    "(() => { const box = document.querySelector('.x-transcript'); return box.scrollHeight - box.scrollTop - box.clientHeight })()",
  )
}

/** Where an item's top stands in the window, in CSS pixels. */
async function topOf(page: Page, itemId: string): Promise<number> {
  return page.locator(`[data-item-id="${itemId}"]`).evaluate((one) => one.getBoundingClientRect().top)
}

describe('the pace of the page', () => {
  let browser: Browser
  let it: ScriptedPage
  let session: SessionPage
  const conversations = {
    small: new ScriptedConversation(),
    long: new ScriptedConversation(longState()),
    back: new ScriptedConversation(longState()),
  }

  beforeAll(async () => {
    browser = await openChromium()
    it = await openScriptedPage(conversations, { viewport: { width: 1300, height: 800 } }, browser)
    session = new SessionPage(it.page)
  })

  afterAll(async () => {
    expect(it.complaints).toEqual([])
    await it[Symbol.asyncDispose]()
    await browser.close()
  })

  test('ten thousand items cost less than a second of work, stand at their end, and few are drawn', async () => {
    const { page } = it
    const meter = await openMeter(page)
    const before = await workOf(meter)
    await page.evaluate(`location.hash = '#/s/long'`)
    await page.getByRole('region', { name: `Turn ${ITEMS / PER_TURN}`, exact: true }).waitFor()
    await page.evaluate('new Promise((painted) => requestAnimationFrame(() => setTimeout(painted)))')
    expect((await workOf(meter)) - before).toBeLessThan(1)
    expect(await page.locator('[data-item-id]').count()).toBeLessThan(100)
    expect(await page.getByRole('button', { name: 'Jump to latest' }).count()).toBe(0)
    const row = page
      .getByRole('listitem')
      .filter({ has: page.locator('[data-turn-id]') })
      .last()
    const rows = String(ITEMS + ITEMS / PER_TURN)
    expect([await row.getAttribute('aria-posinset'), await row.getAttribute('aria-setsize')]).toEqual([
      rows,
      rows,
    ])
  })

  test('a reader keeps their place while things above change their size, and after a reload', async () => {
    const { page } = it
    await session.transcript.hover()
    await page.mouse.wheel(0, -30_000)
    await page.getByRole('button', { name: 'Jump to latest' }).waitFor()
    const place: { readonly id: string; readonly above: string } = await page.evaluate(
      `(() => { const top = document.querySelector('.x-transcript').getBoundingClientRect().top; const all = [...document.querySelectorAll('[data-item-id]')]; const at = all.findIndex((one) => one.getBoundingClientRect().top > top); const above = all.slice(0, at - 2).findLast((one) => one.dataset.itemType === 'command'); return { id: all[at].dataset.itemId, above: above.dataset.itemId } })()`,
    )
    const before = await topOf(page, place.id)
    // Not by the mouse: what is above is not seen.
    await page
      .locator(`[data-item-id="${place.above}"] button`)
      .first()
      .evaluate('(button) => button.click()')
    await page.evaluate(
      'new Promise((painted) => requestAnimationFrame(() => requestAnimationFrame(painted)))',
    )
    expect(Math.abs((await topOf(page, place.id)) - before)).toBeLessThanOrEqual(2)
    await page.reload()
    await page.locator(`[data-item-id="${place.id}"]`).waitFor()
    await expect.poll(async () => Math.abs((await topOf(page, place.id)) - before)).toBeLessThanOrEqual(2)
    await page.getByRole('button', { name: 'Jump to latest' }).click()
    await page.getByRole('region', { name: `Turn ${ITEMS / PER_TURN}`, exact: true }).waitFor()
  })

  test.each(['small', 'long'] as const)(
    'while 2,000 pieces a second arrive: %s follows its end, shifts nothing beside it, and leaves most of the time to who types',
    async (name) => {
      const { page } = it
      await page.evaluate(`location.hash = '#/s/${name}'`)
      await page.getByRole('heading', { name: `The session ${name}` }).waitFor()
      await session.message.waitFor()
      const meter = await openMeter(page)
      const widthOf = async (button: 'Send' | 'Queue'): Promise<number | undefined> =>
        (await page.getByRole('button', { name: button, exact: true }).boundingBox())?.width
      const width = await widthOf('Send')
      const water = flood(conversations[name])
      // Until the box is full, what comes pushes down what stands below it; from then on nothing moves but by scrolling.
      await page.locator('[data-item-id="yes"]').waitFor()
      await expect
        .poll(() =>
          page.evaluate<number>(
            "(() => { const { scrollHeight, clientHeight } = document.querySelector('.x-transcript'); return scrollHeight - clientHeight })()",
          ),
        )
        .toBeGreaterThan(100)
      expect(await widthOf('Queue')).toBe(width)
      await page.evaluate(WATCH)
      // One line: a second one would make the composer higher.
      const words = 'the quick brown fox'
      const before = await workOf(meter)
      const started = performance.now()
      await session.message.pressSequentially(words, { delay: 120, timeout: 120_000 })
      const share = ((await workOf(meter)) - before) / ((performance.now() - started) / 1_000)
      const rows = await seenOfRows(page)
      const sent = water.stop()
      expect(await session.message.inputValue()).toBe(words)
      expect(sent).toBeGreaterThan(2_000)
      expect(await page.evaluate('window.shifts')).toEqual([])
      expect(rows).toEqual(FOLLOWED)
      expect(share).toBeLessThan(0.6)
      await session.message.fill('')
    },
  )

  test('whoever goes back while it streams, by a line or by a page, is let go, and follows again at the end', async () => {
    const { page } = it
    await page.evaluate(`location.hash = '#/s/back'`)
    await page.getByRole('heading', { name: 'The session back' }).waitFor()
    await session.message.waitFor()
    const water = flood(conversations.back)
    await page.locator('[data-item-id="yes"]').waitFor()
    const jump = page.getByRole('button', { name: 'Jump to latest' })
    // At the edge: a box in the middle would be scrolled first.
    await session.transcript.hover({ position: { x: 16, y: 100 } })
    await page.mouse.wheel(0, -4)
    await jump.waitFor()
    await expect.poll(() => below(page)).toBeGreaterThan(100)
    await jump.click()
    await jump.waitFor({ state: 'detached' })
    // The button has gone, and left the keys to the transcript.
    await page.keyboard.press('PageUp')
    await jump.waitFor()
    await expect.poll(() => below(page)).toBeGreaterThan(400)
    await page.evaluate(REST)
    await page.keyboard.press('End')
    await jump.waitFor({ state: 'detached' })
    await page.locator('[data-turn-id="flood"]').waitFor()
    await page.evaluate(WATCH)
    await expect.poll(() => page.evaluate('window.behind.length')).toBeGreaterThan(10)
    expect(await seenOfRows(page)).toEqual(FOLLOWED)
    water.stop()
    expect(await jump.count()).toBe(0)
  })
})
