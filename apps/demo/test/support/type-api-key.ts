import { expect } from 'vitest'
import type { TerminalView } from './terminal-page.ts'

/**
 * Logs in with an API key in Codex's own terminal, and begins anew when Codex gives up by itself, as it does on a machine
 * that is too busy while it starts.
 */
export async function typeApiKey(view: TerminalView, version: string, key: string): Promise<void> {
  await view.is('live')
  for (let n = 1; !(await logsIn(view, version, key)); n += 1) {
    expect(n).toBeLessThan(4)
    await view.is('ended')
    await view.pane.getByRole('button', { name: 'Open again' }).click()
    await view.is('live')
  }
}

/** @returns false when Codex gave up */
async function logsIn(view: TerminalView, version: string, key: string): Promise<boolean> {
  const asksForKey = /Paste or type your API key/
  try {
    await view.shows(/Sign in with ChatGPT/)
    await presses(
      view,
      '3',
      version === '0.142.5' ? asksForKey : /^(?![^]*Device Code)[^]*Use an OpenAI API key/,
    )
    if (version !== '0.142.5') await presses(view, 'Enter', asksForKey)
    await view.say(key)
    await view.shows(/gpt-\d/i)
    return true
  } catch (error) {
    if ((await view.pane.getAttribute('data-terminal-state')) === 'ended') return false
    throw error
  }
}

/** Presses a key, again when nothing comes of it: while it starts, Codex drops what is typed. */
async function presses(view: TerminalView, key: string, what: RegExp): Promise<void> {
  await expect
    .poll(
      async () => {
        await view.keys.focus()
        await view.page.keyboard.press(key)
        return view.rows
          .filter({ hasText: what })
          .waitFor({ timeout: 1_000 })
          .then(
            () => true,
            () => false,
          )
      },
      { timeout: 20_000, interval: 50 },
    )
    .toBe(true)
}
