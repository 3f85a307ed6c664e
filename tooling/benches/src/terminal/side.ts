import type { Browser, Page } from 'playwright-core'

/** One way to have a program's terminal in a browser. */
export interface Side extends AsyncDisposable {
  /** Shows `argv` on a fresh terminal; resolves when keys reach it. Closing the page ends it. */
  show(browser: Browser, argv: readonly string[], at?: Address): Promise<Page>
}

/** Where the browser finds the page; a slow link has an address of its own. */
export type Address = `http://${string}`

/** Of the browser's window, for both sides. */
export const WINDOW = { width: 1000, height: 700 }
