import { emptyConversation, type ConversationState, type Item } from '@x/agents/conversation'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage, type ScriptedPage } from './support/scripted-page.ts'
import { SessionPage } from './support/session-page.ts'

const ESC = '\u001b'
const ELSEWHERE = 'http://127.0.0.1:9/stolen'
/** What a page that trusts its text would run, load or obey. */
const HOSTILE = [
  `<script>window.owned = 1</script><img src="${ELSEWHERE}.png" onerror="window.owned = 2">`,
  `<svg onload="window.owned = 3"><image href="${ELSEWHERE}.svg"/></svg>`,
  `<iframe src="${ELSEWHERE}"></iframe><style>@import url(${ELSEWHERE}.css);* { display: none }</style>`,
  `![picture](${ELSEWHERE}.png) ![data](data:image/svg+xml;base64,PHN2Zy8+)`,
  '[script](javascript:window.owned=4) [data](data:text/html,<script>parent.owned=5</script>) [file](file:///etc/passwd)',
  '[vb](vbscript:x) [mixed](JaVaScRiPt:alert(1)) [tab](java\tscript:alert(1)) <javascript:alert(1)>',
  `[ref]\n\n[ref]: javascript:alert(1)\n\n<base href="${ELSEWHERE}"><meta http-equiv="refresh" content="0;url=${ELSEWHERE}">`,
  'safe \u202egnp.exe\u202c and \u2066hidden\u2069',
  '`'.repeat(5_000) + '['.repeat(5_000) + '*'.repeat(5_000) + '> '.repeat(2_000),
].join('\n\n')
const TERMINAL = [
  `${ESC}]0;owned\u0007${ESC}]8;;javascript:alert(1)${ESC}\\link${ESC}]8;;${ESC}\\${ESC}[2J${ESC}[H${ESC}[?1049h`,
  `${ESC}]52;c;b3duZWQ=\u0007${ESC}P1;2q${ESC}\\\u009b31mred${ESC}[0m \u202eevil`,
  '<script>window.owned = 6</script>',
].join('\n')

const done = { phase: 'done' } as const

function hostileState(): ConversationState {
  const items: readonly Item[] = [
    { ...done, id: 'u', type: 'user-message', text: HOSTILE, attachments: ['<img src=x onerror=alert(1)>'] },
    { ...done, id: 'm', type: 'agent-message', text: HOSTILE },
    { ...done, id: 'r', type: 'reasoning', text: `**${HOSTILE}**`, detail: HOSTILE },
    { ...done, id: 'p', type: 'plan', text: HOSTILE },
    {
      ...done,
      id: 'c',
      type: 'command',
      command: `echo \u202e${HOSTILE}`,
      cwd: '/<b>x</b>',
      status: 'failed',
      exitCode: 1,
      output: `${TERMINAL}\n${'x'.repeat(200_000)}\n`,
      outputDropped: 0,
    },
    {
      ...done,
      id: 'f',
      type: 'file-change',
      status: 'completed',
      changes: [{ path: HOSTILE.slice(0, 200), kind: 'add', diff: `${HOSTILE}\n`.repeat(500) }],
    },
    { ...done, id: 't', type: 'tool-call', tool: HOSTILE, status: 'failed', input: HOSTILE, output: HOSTILE },
    {
      ...done,
      id: 'a',
      type: 'agent-call',
      action: HOSTILE,
      status: 'failed',
      prompt: HOSTILE,
      agentIds: [HOSTILE],
    },
    { ...done, id: 'w', type: 'web-search', query: HOSTILE },
    { ...done, id: 'i', type: 'picture', path: `${ELSEWHERE}.png` },
    { ...done, id: 'o', type: 'other', kind: HOSTILE, text: HOSTILE },
  ]
  return {
    ...emptyConversation('t', HOSTILE),
    turns: [
      {
        id: 'one',
        status: 'failed',
        items,
        error: { message: HOSTILE, remedy: HOSTILE },
        diff: `diff --git a/${HOSTILE} b/${HOSTILE}\n@@ -1 +1 @@\n+${HOSTILE}`,
      },
      {
        id: 'two',
        status: 'in-progress',
        items: [],
        plan: { explanation: HOSTILE, steps: [{ text: HOSTILE, status: 'in-progress' }] },
      },
    ],
    agents: [{ id: HOSTILE, name: HOSTILE, status: 'running', lastMessage: HOSTILE }],
    questions: [
      {
        id: 'q',
        askedAt: 1,
        kind: 'elicitation',
        server: HOSTILE,
        message: HOSTILE,
        ask: { type: 'open', url: 'javascript:window.owned=7' },
      },
    ],
    queue: { messages: [{ id: 'm', text: HOSTILE, queuedAt: 1 }] },
    model: { model: HOSTILE },
    notices: [{ id: 'n', level: 'warning', message: HOSTILE }],
  }
}

/** One command with more lines than a page can hold. */
function longState(): ConversationState {
  const output = Array.from({ length: 100_000 }, (_, line) => String(line)).join('\n')
  const command = { type: 'command', command: 'seq 100000', cwd: '/w', status: 'failed' } as const
  const item: Item = { ...done, ...command, id: 'long', exitCode: 1, output, outputDropped: 0 }
  return { ...emptyConversation('t', '/w'), turns: [{ id: 'one', status: 'completed', items: [item] }] }
}

describe('whatever an agent, a tool or a program says is only words', () => {
  let it: ScriptedPage
  let session: SessionPage

  beforeAll(async () => {
    const viewport = { width: 1300, height: 900 }
    it = await openScriptedPage(
      { a: new ScriptedConversation(hostileState()), b: new ScriptedConversation(longState()) },
      { viewport },
    )
    session = new SessionPage(it.page)
  })

  afterAll(() => it[Symbol.asyncDispose]())

  test('nothing runs, nothing leaves, nothing asks, and the policy has nothing to block', async () => {
    const { page } = it
    await session.transcript.hover()
    // Every row is drawn once, and every line that can be opened is.
    for (let step = 0; step < 40; step += 1) {
      const closed = session.transcript.locator('[aria-expanded="false"]')
      while ((await closed.count()) > 0) await closed.first().click()
      await page.mouse.wheel(0, step === 0 ? -1_000_000 : 700)
    }
    await page.goto(`${it.origin}/#/s/a/details`)
    await page.getByRole('complementary', { name: 'Details' }).waitFor()
    await page.locator('.x-notices summary').click()
    expect(await page.evaluate('window.owned')).toBeUndefined()
    expect(it.strayRequests).toEqual([])
    expect(it.complaints).toEqual([])
  })

  test('no element or address of its making is in the page', async () => {
    const made = it.page.locator(
      'iframe, object, embed, base, img, audio, video, image, form[action], [onerror], [onload], [style*="url"]',
    )
    expect(await made.count()).toBe(0)
    expect(await it.page.locator('script:not([src])').count()).toBe(0)
    const protocols: readonly string[] = await it.page.evaluate(
      `[...document.querySelectorAll('a[href]')].map((one) => one.protocol)`,
    )
    expect(protocols.filter((one) => !['http:', 'https:', 'mailto:'].includes(one))).toEqual([])
  })

  test('what turns the writing direction is shown', async () => {
    await session.transcript.hover()
    await it.page.mouse.wheel(0, -1_000_000)
    await session.transcript.getByText('‹U+202E›').first().waitFor()
    const turned: readonly string[] = await it.page.evaluate(
      `[...document.querySelectorAll('body *')].filter((one) => [...one.childNodes].some((child) => child.nodeType === 3 && /[\\u202a-\\u202e\\u2066-\\u2069]/.test(child.data))).map((one) => one.outerHTML.slice(0, 60))`,
    )
    expect(turned).toEqual([])
  })

  test('of a hundred thousand lines only those that are seen are drawn, and of an endless line its beginning', async () => {
    const { page } = it
    const elements = await page.evaluate('document.querySelectorAll("*").length')
    expect(elements).toBeLessThan(6_000)
    await page.goto(`${it.origin}/#/s/b`)
    const output = session.transcript.locator('[data-item-id="long"]').getByRole('region', { name: 'Output' })
    await output.getByText('99999', { exact: true }).waitFor()
    expect(await output.locator('.x-line').count()).toBeLessThan(120)
    await output.hover()
    await page.mouse.wheel(0, -10_000_000)
    await output.getByText('0', { exact: true }).waitFor()
  })
})
