import type { Locator, Page } from 'playwright-core'

/** A terminal on a page, as a person works with it. */
export class TerminalView {
  readonly page: Page
  readonly pane: Locator
  /** The screen as text. */
  readonly rows: Locator
  readonly keys: Locator

  constructor(page: Page) {
    this.page = page
    this.pane = page.getByRole('region', { name: 'Terminal' })
    this.rows = this.pane.locator('.xterm-rows')
    this.keys = this.pane.locator('.xterm-helper-textarea')
  }

  /** Resolves when it is in this state. */
  async is(state: 'live' | 'reconnecting' | 'ended' | 'failed'): Promise<void> {
    await this.pane.and(this.page.locator(`[data-terminal-state="${state}"]`)).waitFor({ timeout: 60_000 })
  }

  /** Types as a person does, into whatever is focused in the terminal. */
  async type(text: string): Promise<void> {
    await this.keys.focus()
    await this.page.keyboard.type(text)
  }

  /**
   * Types as slowly as a person, then presses Enter. Codex takes letters that come in a burst for a paste, and an Enter
   * right behind them for a line of it.
   */
  async say(text: string): Promise<void> {
    await this.keys.focus()
    await this.page.keyboard.type(text, { delay: 40 })
    await this.page.waitForTimeout(400)
    await this.page.keyboard.press('Enter')
  }

  /** Resolves when the screen shows this. */
  async shows(text: string | RegExp): Promise<void> {
    await this.rows.filter({ hasText: text }).waitFor({ timeout: 60_000 })
  }

  /** The rows of the screen that have something in them. */
  async text(): Promise<string> {
    const rows = await this.rows.locator('> div').allTextContents()
    return rows
      .map((row) => row.replaceAll('\u00a0', ' ').trimEnd())
      .join('\n')
      .trim()
  }
}
