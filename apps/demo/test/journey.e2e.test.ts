import { existsSync, mkdirSync, readdirSync } from 'node:fs'
import path from 'node:path'
import { openChromium, privateDirectory, processesOf, unixSocketsBelow } from '@x/fixtures'
import type { Browser, BrowserContext } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product, type Started } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'

/** Of the script's `slow: 30`. */
const PARTS_IN_30_S = 17

describe('a person and the page, from npm start to npm stop', () => {
  let state: Awaited<ReturnType<typeof privateDirectory>>
  let product: Product
  let started: Started
  let browser: Browser
  let context: BrowserContext
  let session: SessionPage
  let turns = 0

  beforeAll(async () => {
    state = await privateDirectory()
    product = new Product(path.join(state.path, 'x'))
    browser = await openChromium()
    started = await product.start()
    context = await browser.newContext()
    session = await SessionPage.open(context, started.url)
  })

  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
    await state[Symbol.asyncDispose]()
  })

  /** Says something and returns the turn that it began. */
  async function ask(text: string) {
    await session.say(text)
    turns += 1
    return session.turn(turns)
  }

  test('an answer streams', async () => {
    const turn = await ask('slow: 3')
    const answer = turn.locator('[data-item-type="agent-message"]')
    await answer.waitFor()
    const lengths = new Set<number>()
    while ((await turn.getAttribute('data-turn-status')) === 'in-progress')
      lengths.add((await answer.innerText()).length)
    await session.ended(turn, 'completed')
    expect(lengths.size).toBeGreaterThan(3)
  })

  test('a command waits for approval, runs, and shows its output and exit code', async () => {
    const turn = await ask('run: touch hello.txt; echo made; exit 3')
    await session.approval.waitFor()
    const card = await session.approval.innerText()
    expect(card).toContain('touch hello.txt; echo made; exit 3')
    expect(card).toMatch(/tasks\/.*\/work/)
    const [task = ''] = readdirSync(path.join(product.stateDir, 'tasks'))
    const made = path.join(product.stateDir, 'tasks', task, 'work/hello.txt')
    expect(existsSync(made)).toBe(false)
    await session.page.getByRole('button', { name: 'Approve once' }).click()
    await session.ended(turn, 'completed')
    const command = turn.locator('[data-item-type="command"]')
    expect(await command.innerText()).toMatch(/exit (code )?3/)
    // A failed one is open already.
    expect(await command.getByRole('region', { name: 'Output' }).innerText()).toContain('made')
    expect(existsSync(made)).toBe(true)
  })

  test('a declined command does not run, and the agent goes on', async () => {
    const turn = await ask('run: touch declined.txt')
    await session.approval.waitFor()
    await session.page.getByRole('button', { name: 'Decline', exact: true }).click()
    await session.ended(turn, 'completed')
    expect(await turn.locator('[data-item-type="agent-message"]').last().innerText()).toMatch(/declined/i)
    expect(await session.approval.count()).toBe(0)
  })

  test('a turn is interrupted', async () => {
    const turn = await ask('slow: 60')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    await session.page.getByRole('button', { name: 'Stop' }).click()
    await session.ended(turn, 'interrupted')
  })

  test('a reload in the middle of an answer changes nothing', async () => {
    const observer = await SessionPage.open(context, session.page.url())
    const turn = await ask('slow: 5')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    await session.page.reload()
    await session.ended(await session.turn(turns), 'completed')
    await observer.ended(await observer.turn(turns), 'completed')
    // How far up a page draws depends on where its reader has been.
    const [ours, theirs] = [await session.items(), await observer.items()]
    const both = Math.min(ours.length, theirs.length)
    expect(both).toBeGreaterThanOrEqual(2)
    expect(ours.slice(-both)).toEqual(theirs.slice(-both))
    await observer.page.close()
  })

  test('the server is killed in a turn; the page finds the same turn, and its answer is whole', async () => {
    const turn = await ask('slow: 30')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    const turnId = await turn.getAttribute('data-turn-id')
    await product.killServer(started)
    await session.page.locator('[data-connection="reconnecting"]').waitFor()
    started = await product.start()
    expect(started.started).toBe(true)
    await session.page.locator('[data-connection="live"]').waitFor({ timeout: 60_000 })
    const again = await session.turn(turns)
    expect(await again.getAttribute('data-turn-id')).toBe(turnId)
    expect(await again.getAttribute('data-turn-status')).toBe('in-progress')
    await session.ended(again, 'completed')
    expect(await session.turnCount()).toBe(turns)
    const answers = again.locator('[data-item-type="agent-message"]')
    expect(await answers.count()).toBe(1)
    const lines = (await answers.innerText()).split('\n').filter((line) => line.trim() !== '')
    const parts = lines.slice(lines.indexOf('Part 1'), -1)
    // As many as the script says in that time, each once.
    expect(parts).toEqual(
      Array.from({ length: PARTS_IN_30_S }, (_, index) => [
        `Part ${index + 1}`,
        `This is paragraph ${index + 1} of the slow answer, and it is here to fill time with words that arrive one after the other.`,
      ]).flat(),
    )
    expect(lines.at(-1)).toBe('That was the slow answer.')
  })

  test('an approval that was open when the server was killed can be given afterwards', async () => {
    const turn = await ask('run: echo after the kill')
    await session.approval.waitFor()
    await product.killServer(started)
    started = await product.start()
    await session.page.locator('[data-connection="live"]').waitFor({ timeout: 60_000 })
    await session.approval.waitFor()
    await session.page.getByRole('button', { name: 'Approve once' }).click()
    await session.ended(turn, 'completed')
    expect(await turn.locator('[data-item-type="command"]').count()).toBe(1)
    expect(await turn.innerText()).toContain('after the kill')
  })

  test("a second start prints a fresh address, and --dir works on a person's own code, in place", async () => {
    const directory = path.join(state.path, 'code')
    mkdirSync(directory)
    const second = await product.start('--dir', directory)
    expect(second).toMatchObject({ started: false, port: started.port, pid: started.pid })
    // Its one-time token is all that a browser without a cookie needs.
    const other = await SessionPage.open(browser, second.url)
    await other.say('run: touch in-place.txt')
    await other.approval.waitFor()
    expect(await other.approval.innerText()).toContain('code')
    await other.page.getByRole('button', { name: 'Approve once' }).click()
    await other.ended(await other.turn(1), 'completed')
    expect(readdirSync(directory)).toEqual(['in-place.txt'])
    await other.page.close()
  })

  test('after npm stop no process, socket or listener is left', async () => {
    const turn = await ask('slow: 60')
    await turn.locator('[data-item-type="agent-message"]').waitFor()
    expect(processesOf(product.stateDir).length).toBeGreaterThan(0)
    expect(await product.stop()).toBe(0)
    expect(processesOf(product.stateDir)).toEqual([])
    expect(unixSocketsBelow(product.stateDir)).toEqual([])
    expect(readdirSync(path.join(product.stateDir, 's'))).toEqual([])
    await expect(fetch(`http://127.0.0.1:${String(started.port)}/`)).rejects.toThrow()
    await session.page.locator('[data-connection="reconnecting"]').waitFor()
  })
})
