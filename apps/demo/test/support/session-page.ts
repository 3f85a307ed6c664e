import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'

/** What a browser's element is to us, who have no types of the DOM. */
interface ItemElement {
  readonly textContent: string | null
  getAttribute(name: string): string | null
}

/** One turn on the page: the rows of its items and the line below them. Only what is near the view is drawn. */
export class TurnOnPage {
  /** The line below its items. */
  readonly foot: Locator
  private readonly page: Page
  private readonly id: string

  constructor(page: Page, id: string) {
    this.page = page
    this.id = id
    this.foot = page.locator(`[data-turn-id="${id}"]`)
  }

  /** What `selector` finds among its items, or in the line below them. */
  locator(selector: string): Locator {
    const items = this.page.locator(`[data-item-turn="${this.id}"]`)
    return items.and(this.page.locator(selector)).or(this.foot.locator(selector))
  }

  async getAttribute(name: string): Promise<string | null> {
    return this.foot.getAttribute(name)
  }

  async innerText(): Promise<string> {
    const items = await this.page.locator(`[data-item-turn="${this.id}"]`).allInnerTexts()
    return [...items, await this.foot.innerText()].join('\n')
  }
}

/** One session on the page, as a person works with it. */
export class SessionPage {
  readonly page: Page
  readonly message: Locator
  readonly transcript: Locator
  readonly approval: Locator
  readonly question: Locator

  constructor(page: Page) {
    this.page = page
    this.message = page.getByRole('textbox', { name: 'Message', exact: true })
    this.transcript = page.getByRole('log', { name: 'Transcript' })
    this.approval = page.getByRole('region', { name: 'Approval' })
    this.question = page.getByRole('region', { name: 'Question' })
  }

  /** Opens the address, and the session in `directory` or else the newest. */
  static async open(from: Browser | BrowserContext, url: string): Promise<SessionPage> {
    const page = await from.newPage()
    await page.goto(url)
    const session = new SessionPage(page)
    await session.message.waitFor()
    return session
  }

  async say(text: string): Promise<void> {
    await this.message.fill(text)
    await this.message.press('Enter')
  }

  /** The turn of that number, counted from 1, once there is one. */
  async turn(number: number): Promise<TurnOnPage> {
    const foot = this.page.getByRole('region', { name: `Turn ${number}`, exact: true })
    await foot.waitFor()
    return new TurnOnPage(this.page, (await foot.getAttribute('data-turn-id')) ?? '')
  }

  /** How many turns there are, drawn or not. */
  async turnCount(): Promise<number> {
    const name = await this.page.locator('[data-turn-id]').last().getAttribute('aria-label')
    return Number(/\d+/.exec(name ?? '')?.[0])
  }

  async ended(turn: TurnOnPage, status: 'completed' | 'interrupted' | 'failed'): Promise<void> {
    await turn.foot.and(this.page.locator(`[data-turn-status="${status}"]`)).waitFor({ timeout: 60_000 })
  }

  /** What is drawn of the transcript, item by item, without what the passing of time changes. */
  async items(): Promise<readonly string[]> {
    return this.transcript
      .locator('[data-item-id]')
      .evaluateAll((all: readonly ItemElement[]) =>
        all.map((one) => `${one.getAttribute('data-item-type') ?? ''}: ${one.textContent ?? ''}`),
      )
  }
}
