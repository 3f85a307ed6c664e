import type { Conversation } from '@x/agents/conversation'
import { playRecorded, type RecordedPlay } from '@x/codex/testing'
import { openChromium } from '@x/fixtures'
import { CODEX_VERSIONS, readTranscript, type TranscriptName } from '@x/transcripts'
import type { Browser, Page, WebSocketRoute } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage, type ScriptedPage } from './support/scripted-page.ts'

const NAMES = ['command-approved'] as const satisfies TranscriptName[]
const RECORDED = CODEX_VERSIONS.flatMap((version) => NAMES.map((name) => ({ version, name })))

const LINKS = new WeakMap<Page, Set<WebSocketRoute>>()

type Message = Readonly<Record<string, unknown>>

/** What the server told in the thread, without its answers. */
function readTold(version: (typeof CODEX_VERSIONS)[number], name: TranscriptName) {
  const said = readTranscript(version, name).steps.flatMap((step) => ('emit' in step ? [step.emit] : []))
  const threadId = said
    .map(({ result }) => (result as { readonly thread?: { readonly id?: string } } | undefined)?.thread?.id)
    .find((id) => id !== undefined)
  if (threadId === undefined) throw new Error(`no thread in ${name}`)
  return { threadId, told: said.filter((message: Message) => message['method'] !== undefined) }
}

describe.each(RECORDED)('what Codex $version told in “$name”, on the page', ({ version, name }) => {
  const { threadId, told } = readTold(version, name)
  let browser: Browser
  let play: RecordedPlay
  let it: ScriptedPage

  beforeAll(async () => {
    browser = await openChromium()
  })
  afterAll(() => browser.close())

  async function show(act: (page: Page, at: number) => Promise<void>): Promise<string> {
    play = await playRecorded({ threadId, cwd: '/home/person/work' })
    it = await openScriptedPage({ a: asScripted(play.conversation) }, {}, browser)
    const { page } = it
    try {
      for (const [at, message] of told.entries()) {
        play.tell(message)
        await act(page, at)
      }
      const turns = play.conversation.state.turns.length
      await expect.poll(() => page.locator('[data-turn-status="in-progress"]').count()).toBe(0)
      await expect.poll(() => page.locator('[data-turn-status]').count()).toBe(turns)
      return await shown(page)
    } finally {
      await it[Symbol.asyncDispose]()
      await play[Symbol.asyncDispose]()
    }
  }

  test('is the same after a reload, or a cut, at every step', { timeout: 120_000 }, async () => {
    const never = await show(() => Promise.resolve())
    const reloaded = await show(async (page) => {
      await page.reload()
      await page.getByRole('textbox', { name: 'Message' }).waitFor()
    })
    expect(reloaded).toBe(never)
    expect(await show((page) => cutLinks(page))).toBe(never)
  })
})

/** The page's connections, as a network takes them away; the page is told no more than that they have ended. */
async function cutLinks(page: Page): Promise<void> {
  const links = LINKS.get(page) ?? new Set()
  if (!LINKS.has(page)) {
    LINKS.set(page, links)
    await page.routeWebSocket(/\/api\//, (link) => {
      link.connectToServer()
      links.add(link)
    })
    // Those that were there before are not routed.
    await page.reload()
    await page.getByRole('textbox', { name: 'Message' }).waitFor()
  }
  await Promise.all([...links].map((link) => link.close({ code: 1001 })))
  links.clear()
}

/** The transcript as a person reads it, but for what tells the time. */
async function shown(page: Page): Promise<string> {
  const log = page.getByRole('log', { name: 'Transcript' })
  return (await log.innerText()).replaceAll(/\b\d+(\.\d+)? ?(ms|s|m)\b/g, '<duration>')
}

/** Only what is read is used here. */
function asScripted(conversation: Conversation): ScriptedConversation {
  return conversation as unknown as ScriptedConversation
}
