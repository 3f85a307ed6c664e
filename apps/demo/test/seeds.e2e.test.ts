import path from 'node:path'
import { CODEX_VERSIONS, openChromium, openLoginIssuer, privateDirectory } from '@x/fixtures'
import { chatModel, openResponsesServer, type ResponsesServer } from '@x/responses'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { Product } from './support/product.ts'
import { SessionPage } from './support/session-page.ts'
import { TerminalView } from './support/terminal-page.ts'
import { typeApiKey } from './support/type-api-key.ts'

const KEY = 'sk-typed-into-the-terminal'

let browser: Browser

beforeAll(async () => {
  browser = await openChromium()
})
afterAll(async () => {
  await browser.close()
})

/** The page of stored logins, as a person works with it. */
class SeedsOnPage {
  readonly page: Page
  readonly region: Locator

  constructor(page: Page) {
    this.page = page
    this.region = page.getByRole('region', { name: 'Seeds', exact: true })
  }

  /** By the keys. */
  async go(): Promise<void> {
    await this.page.evaluate('document.activeElement?.blur()')
    await this.page.keyboard.press('g')
    await this.page.keyboard.press('s')
    await this.region.waitFor()
  }

  row(name: string): Locator {
    return this.region.getByRole('listitem', { name, exact: true })
  }

  button(name: string): Locator {
    return this.region.getByRole('button', { name, exact: true })
  }
}

describe.each(CODEX_VERSIONS)('stored logins on the page, with Codex %s', (version) => {
  let state: Awaited<ReturnType<typeof privateDirectory>>
  let issuer: Awaited<ReturnType<typeof openLoginIssuer>>
  let model: ResponsesServer
  let product: Product
  let page: Page
  let seeds: SeedsOnPage
  /** Addresses of the conversations on the login. */
  const conversations: string[] = []
  const refused = new Set<string>()

  beforeAll(async () => {
    state = await privateDirectory()
    issuer = await openLoginIssuer()
    model = await openResponsesServer({ model: chatModel(), apiKey: (bearer) => !refused.has(bearer) })
    product = new Product(path.join(state.path, 'x'), {
      X_CODEX_VERSION: version,
      X_MODEL_BASE_URL: model.url,
      X_SEED_MODEL_URL: model.url,
      X_TOKEN_URL: issuer.tokenUrl,
      X_LOGIN_ISSUER: issuer.url,
      X_CHATGPT_URL: issuer.chatgptUrl,
      // Nobody waits here until a token is old enough to be renewed.
      X_BROKER_FRESH_MS: '0',
    })
    const session = await SessionPage.open(await browser.newContext(), (await product.start()).url)
    page = session.page
    seeds = new SeedsOnPage(page)
  })

  afterAll(async () => {
    await page.context().close()
    await product[Symbol.asyncDispose]()
    await model.close()
    await issuer[Symbol.asyncDispose]()
    await state[Symbol.asyncDispose]()
  })

  /** Starts a conversation by the login of that name, and waits until something can be said. */
  async function begin(login: string): Promise<SessionPage> {
    const before = page.url()
    await page.getByRole('combobox', { name: 'Login' }).selectOption({ label: login })
    await page.getByRole('button', { name: 'New conversation' }).click()
    await page.waitForURL((url) => url.href !== before && url.hash.startsWith('#/s/'))
    return new SessionPage(page)
  }

  async function says(text: string, number: number): Promise<void> {
    const session = new SessionPage(page)
    await session.message.waitFor({ timeout: 60_000 })
    await session.say(text)
    await session.ended(await session.turn(number), 'completed')
  }

  const renewals = () => issuer.ledger.filter(({ path: at }) => at === '/oauth/token')

  test('one logs in with a device code, and the seed appears', async () => {
    await seeds.go()
    await seeds.region.getByText('None yet.').waitFor()
    await seeds.button('Log in with a code').click()
    const code = await issuer.nextCode()
    const shown = seeds.region.getByLabel('Code', { exact: true })
    await shown.waitFor({ timeout: 60_000 })
    expect(await shown.innerText()).toBe(code)
    const link = seeds.region.getByRole('region', { name: 'Log in' }).getByRole('link')
    expect(await link.getAttribute('href')).toContain(issuer.url)
    issuer.approve(code)
    const row = seeds.row('ada@example.com')
    await row.waitFor({ timeout: 60_000 })
    expect(await row.innerText()).toMatch(/ada@example\.com · ChatGPT · pro[^]*nobody/)
    await seeds.region.getByText('Logged in: ada@example.com').waitFor()
    await seeds.button('Close').click()
    await shown.waitFor({ state: 'detached' })
  })

  test('two conversations go on that login at once, and each survives a rotation', async () => {
    for (let n = 0; n < 2; n += 1) {
      await begin('ada@example.com')
      await says(`hello number ${n}`, 1)
      conversations.push(page.url())
    }
    for (const { bearer } of model.requests) if (bearer !== undefined) refused.add(bearer)
    const before = renewals().length
    for (const url of conversations) {
      await page.goto(url)
      await says('hello again', 2)
    }
    expect(renewals().length).toBeGreaterThan(before)
    expect(renewals().filter(({ status }) => status !== 200)).toEqual([])
    await seeds.go()
    const row = seeds.row('ada@example.com')
    await expect
      .poll(async () => (await row.getByRole('link').allInnerTexts()).sort())
      .toEqual(['hello number 0', 'hello number 1'])
    expect(await row.getAttribute('data-seed-state')).toBe('idle')
  })

  test('a login in use is not deleted, and the page says who uses it', async () => {
    const row = seeds.row('ada@example.com')
    await row.getByRole('button', { name: 'Delete', exact: true }).click()
    await row.getByRole('button', { name: 'Delete for good' }).click()
    await row.getByText(/is used by “hello number [01]” and “hello number [01]”/).waitFor()
    await row.getByRole('button', { name: 'Rename' }).click()
    await row.getByRole('textbox', { name: 'Name' }).fill('mine')
    await page.keyboard.press('Enter')
    await seeds.row('mine').waitFor()
  })

  test('an API key that is typed into the terminal becomes a seed, which works', async () => {
    const session = await begin('log in in its terminal')
    await session.message.waitFor({ timeout: 60_000 })
    await page.goto(`${page.url()}/terminal`)
    const terminal = new TerminalView(page)
    await typeApiKey(terminal, version, KEY)
    expect(await terminal.text()).not.toContain(KEY)
    await page.goto(`${new URL(page.url()).origin}/#/seeds`)
    const row = seeds.region.locator('[data-seed-id]').filter({ hasText: 'API key' })
    await row.waitFor({ timeout: 60_000 })
    await row.getByRole('button', { name: 'Verify' }).click()
    await row.getByText('The login works.').waitFor()
    expect(await page.content()).not.toContain(KEY)
  })

  test('what its conversations have given back can be deleted', async () => {
    for (const url of conversations) {
      await page.goto(url)
      await page.getByRole('button', { name: 'End', exact: true }).click()
      await page.getByRole('button', { name: 'End for good' }).click()
      const id = decodeURIComponent(/#\/s\/([^/?]+)/.exec(url)?.[1] ?? '')
      await page.locator(`[data-session-id="${id}"]`).waitFor({ state: 'detached', timeout: 60_000 })
    }
    await seeds.go()
    const row = seeds.row('mine')
    await row.getByText('nobody').waitFor()
    await row.getByRole('button', { name: 'Delete', exact: true }).click()
    await row.getByRole('button', { name: 'Delete for good' }).click()
    await row.waitFor({ state: 'detached' })
  })
})
