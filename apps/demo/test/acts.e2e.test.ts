import path from 'node:path'
import { openChromium, privateDirectory } from '@x/fixtures'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage, type TurnOnPage } from './support/session-page.ts'

describe('what a real agent does is on the page', () => {
  let state: Awaited<ReturnType<typeof privateDirectory>>
  let product: Product
  let browser: Browser
  let session: SessionPage
  let turns = 0
  const complaints: string[] = []

  beforeAll(async () => {
    state = await privateDirectory()
    product = new Product(path.join(state.path, 'x'))
    browser = await openChromium()
    const { url } = await product.start()
    const context = await browser.newContext({ viewport: { width: 1440, height: 900 } })
    session = await SessionPage.open(context, url)
    session.page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text())
    })
  })

  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
    await state[Symbol.asyncDispose]()
    expect(complaints).toEqual([])
  })

  async function ask(text: string): Promise<TurnOnPage> {
    await session.say(text)
    turns += 1
    return session.turn(turns)
  }

  /** Lets everything run that is asked for, until the turn has ended. */
  async function approveAll(turn: TurnOnPage): Promise<void> {
    const ended = turn.foot.and(session.page.locator(':not([data-turn-status="in-progress"])'))
    for (;;) {
      await session.approval.or(ended).first().waitFor({ timeout: 60_000 })
      if ((await ended.count()) > 0) return
      const id = (await session.approval.getAttribute('data-approval-id').catch(() => null)) ?? ''
      await session.approval.getByRole('button', { name: 'Approve once' }).click()
      await session.page.locator(`[data-approval-id="${id}"]`).waitFor({ state: 'detached' })
    }
  }

  test('a plan is ticked off above the composer, and folded when it is done', async () => {
    const turn = await ask('plan')
    const plan = session.page.getByRole('region', { name: 'Plan', exact: true })
    await plan.getByRole('listitem').first().waitFor()
    await session.ended(turn, 'completed')
    expect(await plan.innerText()).toMatch(/3 of 3/)
    expect(await plan.getByRole('listitem').count()).toBe(0)
  })

  test('changes of files are lines in the transcript and diffs beside it', async () => {
    const turn = await ask('patch')
    await approveAll(turn)
    await session.ended(turn, 'completed')
    expect(await turn.locator('[data-item-type="file-change"]').count()).toBeGreaterThan(1)
    await turn.locator('a').filter({ hasText: 'All changes of this turn' }).click()
    const changes = session.page.getByRole('complementary', { name: 'Changes' })
    await changes.getByRole('region', { name: /better-notes\.txt/ }).waitFor()
    expect(session.page.url()).toMatch(/#\/s\/[^/]+\/changes\/[^/]+$/)
  })

  test('agents of the agent have names', async () => {
    const turn = await ask('agents')
    await approveAll(turn)
    await session.ended(turn, 'completed')
    expect(await turn.locator('[data-item-type="agent-call"]').first().innerText()).toMatch(/spawn agent/)
  })

  test('a question is answered with one of its options', async () => {
    const turn = await ask('ask')
    await session.question.getByRole('radio', { name: /Green/ }).check()
    await session.question.getByRole('button', { name: 'Answer' }).click()
    await session.ended(turn, 'completed')
    expect(await turn.innerText()).toContain('Green')
  })

  test('what the sandbox refused says so, and is tried again once it is granted', async () => {
    const turn = await ask('net')
    await approveAll(turn)
    const refused = turn.locator('[data-item-type="command"]')
    expect(await refused.innerText()).toMatch(/refused[^]*did not let it reach the network/)
    await refused.getByRole('button', { name: 'Grant and try again' }).click()
    turns += 1
    const again = await session.turn(turns)
    await refused.getByText('Granted for this session: network access').waitFor()
    await approveAll(again)
    expect(await again.innerText()).not.toContain('did not let it reach the network')
  })

  test('a queued message leaves when the turn has ended', async () => {
    const turn = await ask('slow: 4')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    await session.say('help')
    const queue = session.page.getByRole('region', { name: 'Queue' })
    await queue.getByText('help').waitFor()
    await session.ended(turn, 'completed')
    turns += 1
    await session.ended(await session.turn(turns), 'completed')
    expect(await queue.count()).toBe(0)
  })
})
