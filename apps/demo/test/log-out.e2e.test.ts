import path from 'node:path'
import { openChromium, privateDirectory } from '@x/fixtures'
import { expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'

test('logging out ends every tab of this browser and no other, and a fresh address logs in again', async () => {
  await using scratch = await privateDirectory()
  await using product = new Product(path.join(scratch.path, 'x'))
  const browser = await openChromium()
  try {
    const context = await browser.newContext()
    const { page, message } = await SessionPage.open(context, (await product.start()).url)
    const tab = await context.newPage()
    await tab.goto(page.url())
    const other = await SessionPage.open(browser, (await product.start()).url)
    await tab.getByRole('button', { name: 'Log out' }).click()
    for (const one of [tab, page])
      await one.getByRole('heading', { name: 'This browser is not logged in' }).waitFor()
    // Its tabs are told before the answer that takes the cookie away is written.
    await expect.poll(() => context.cookies()).toEqual([])
    await other.page.reload()
    await other.message.waitFor()
    await page.goto((await product.start()).url)
    await message.waitFor()
  } finally {
    await browser.close()
  }
})
