import type { Browser, BrowserContext, Locator, Page } from 'playwright-core'

/** What a browser's element is to us, who have no types of the DOM. */
interface ItemElement {
  readonly textContent: string | null
  getAttribute(name: string): string | null
}

/** One session on the page, as a person works with it. */
export class SessionPage {
  readonly page: Page
  readonly message: Locator
  readonly transcript: Locator
  readonly approval: Locator
  readonly turns: Locator

  private constructor(page: Page) {
    this.page = page
    this.message = page.getByRole('textbox', { name: 'Message' })
    this.transcript = page.getByRole('log', { name: 'Transcript' })
    this.approval = page.getByRole('region', { name: 'Approval' })
    this.turns = page.locator('[data-turn-id]')
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

  /** The newest turn, once there are `count`. */
  async turn(count: number): Promise<Locator> {
    const turn = this.turns.nth(count - 1)
    await turn.waitFor()
    return turn
  }

  async ended(turn: Locator, status: 'completed' | 'interrupted' | 'failed'): Promise<void> {
    await turn.and(this.page.locator(`[data-turn-status="${status}"]`)).waitFor({ timeout: 60_000 })
  }

  /** What stands in the transcript, item by item, without what the passing of time changes. */
  async items(): Promise<readonly string[]> {
    return this.transcript
      .locator('[data-item-id]')
      .evaluateAll((all: readonly ItemElement[]) =>
        all.map((one) => `${one.getAttribute('data-item-type') ?? ''}: ${one.textContent ?? ''}`),
      )
  }
}
