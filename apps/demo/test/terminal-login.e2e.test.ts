import { readFileSync } from 'node:fs'
import path from 'node:path'
import { openSession } from '@x/codex'
import { CODEX_VERSIONS, openChromium, privateDirectory } from '@x/fixtures'
import { openLocalHost } from '@x/host'
import { expect, test } from 'vitest'
import { TerminalView } from './support/terminal-page.ts'
import { openTerminalStage } from './support/terminal-stage.ts'

test.each(CODEX_VERSIONS)(
  'an API key that is typed into the terminal on the page logs Codex %s in',
  async (version) => {
    await using scratch = await privateDirectory()
    await using host = await openLocalHost()
    const session = await openSession({
      host,
      stateDir: path.join(scratch.path, 'x'),
      version,
      taskId: 'first-login',
      login: 'in-terminal',
    })
    await using stage = await openTerminalStage((_host, size) => session.openTerminal(size))
    const browser = await openChromium()
    try {
      const context = await browser.newContext({ viewport: { width: 1000, height: 700 } })
      const view = new TerminalView(await stage.open(context, '/terminal.html'))
      await view.is('live')
      for (let n = 1; !(await logsIn(view, version)); n += 1) {
        expect(n).toBeLessThan(4)
        await view.is('ended')
        await view.pane.getByRole('button', { name: 'Open again' }).click()
        await view.is('live')
      }
      expect(JSON.parse(readFileSync(authOf(scratch.path), 'utf8'))).toMatchObject({
        OPENAI_API_KEY: 'sk-typed-on-the-page',
      })
      expect(await view.text()).not.toContain('sk-typed-on-the-page')
    } finally {
      await browser.close()
      await session.close()
    }
  },
)

/** @returns false when Codex gave up by itself, as it does on a machine that is too busy while it starts */
async function logsIn(view: TerminalView, version: string): Promise<boolean> {
  const asksForKey = /Paste or type your API key/
  try {
    await view.shows(/Sign in with ChatGPT/)
    await presses(
      view,
      '3',
      version === '0.142.5' ? asksForKey : /^(?![^]*Device Code)[^]*Use an OpenAI API key/,
    )
    if (version !== '0.142.5') await presses(view, 'Enter', asksForKey)
    await view.say('sk-typed-on-the-page')
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

function authOf(root: string): string {
  return path.join(root, 'x/tasks/first-login/home/.codex/auth.json')
}
