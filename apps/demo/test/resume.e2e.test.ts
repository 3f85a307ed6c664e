import { mkdirSync } from 'node:fs'
import path from 'node:path'
import { openChromium, privateDirectory, processesOf } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'

describe('conversations that do not run', () => {
  let browser: Awaited<ReturnType<typeof openChromium>>
  let scratch: Awaited<ReturnType<typeof privateDirectory>>
  let product: Product

  beforeAll(async () => {
    browser = await openChromium()
    scratch = await privateDirectory()
    product = new Product(path.join(scratch.path, 'x'))
  })

  afterAll(async () => {
    await browser.close()
    await product[Symbol.asyncDispose]()
    await scratch[Symbol.asyncDispose]()
  })

  test('are resumed from the page, where they were', async () => {
    const session = await SessionPage.open(browser, (await product.start()).url)
    const { page } = session
    const first = page.url()
    await session.say('the first of two')
    await session.ended(await session.turn(1), 'completed')
    await page.getByRole('button', { name: 'New conversation' }).click()
    await page.waitForURL((url) => url.href !== first)
    await session.message.waitFor()
    await session.say('the second of two')
    await session.ended(await session.turn(1), 'completed')
    const items = await session.items()
    await product.stop()
    expect(processesOf(product.stateDir)).toEqual([])

    await product.start()
    await page.locator('[data-connection="live"]').waitFor({ timeout: 60_000 })
    expect(await session.items()).toEqual(items)
    const over = page.locator('[data-session-state="ended"]')
    expect(await over.innerText()).toContain('the first of two')
    await over.click()
    await page.getByText('is not running').waitFor()
    await page.getByRole('button', { name: 'Resume' }).click()
    await page.locator('[data-connection="live"]').waitFor({ timeout: 60_000 })
    expect(page.url()).toBe(first)
    expect((await session.items()).join()).toContain('the first of two')
    await session.say('and on it goes')
    await session.ended(await session.turn(2), 'completed')

    // The address for a directory leads there, also in a tab that shows another conversation.
    const directory = path.join(scratch.path, 'code')
    mkdirSync(directory)
    const second = await product.start('--dir', directory)
    await page.goto(second.url)
    await page.getByRole('heading', { name: 'code' }).waitFor()
    expect(page.url()).not.toContain('token')
    await page.goto(first)
    const other = await SessionPage.open(browser, (await product.start('--dir', directory)).url)
    await other.page.getByRole('heading', { name: 'code' }).waitFor()
    await other.page.close()
  })
})
