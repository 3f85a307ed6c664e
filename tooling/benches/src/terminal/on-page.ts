import type { Page } from 'playwright-core'

export interface SightOptions {
  /** What must be seen. */
  readonly text: string
  /** Only in the first row of the screen. */
  readonly inFirstRow?: boolean
  /** How often it is there before the key. @default 0 */
  readonly times?: number
}

// As text, because what compiles this file knows nothing of the page that it runs in.
const WATCH = `({ text, inFirstRow = false, times = 0, key }) => void (globalThis.sight = new Promise((resolve) => {
  const listening = new AbortController()
  addEventListener('keydown', (event) => {
    if (event.key !== key) return
    listening.abort()
    const startedAt = performance.now()
    const look = () => {
      const rows = document.querySelector('.xterm-rows')
      const shown = (inFirstRow ? rows?.firstElementChild : rows)?.textContent ?? ''
      if (shown.split(text).length - 1 > times) resolve(performance.now() - startedAt)
      else requestAnimationFrame(look)
    }
    look()
  }, { capture: true, signal: listening.signal })
}))`

/** Presses a key and returns the milliseconds from it, as the page got it, to the frame whose rows show the text. */
export async function timeToSight(page: Page, key: string, options: SightOptions): Promise<number> {
  // Of several keys that are pressed together the last one counts.
  await page.evaluate(`(${WATCH})(${JSON.stringify({ ...options, key: key.split('+').at(-1) })})`)
  await page.keyboard.press(key)
  return page.evaluate<number>('globalThis.sight')
}

/** Resolves when the rows show the text. */
export async function untilShown(page: Page, text: string): Promise<void> {
  await page.locator('.xterm-rows', { hasText: text }).waitFor({ timeout: 120_000 })
}
