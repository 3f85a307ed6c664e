import { emptyConversation, type ConversationState, type Question } from '@x/agents/conversation'
import { openChromium } from '@x/fixtures'
import type { Browser } from 'playwright-core'
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { ScriptedConversation } from './support/scripted-conversation.ts'
import { openScriptedPage, type ScriptedPage } from './support/scripted-page.ts'
import { SessionPage } from './support/session-page.ts'
import { showcase } from './support/showcase.ts'

describe('a person drives a conversation on the page', () => {
  let browser: Browser
  let it: ScriptedPage
  let session: SessionPage
  let conversation: ScriptedConversation

  async function open(state: ConversationState): Promise<void> {
    conversation = new ScriptedConversation(state)
    it = await openScriptedPage({ a: conversation }, { viewport: { width: 1440, height: 900 } }, browser)
    session = new SessionPage(it.page)
  }

  /** A running turn, with these questions open. */
  function asking(...questions: readonly Question[]): ConversationState {
    return { ...showcase(), approvals: [], queue: { messages: [] }, questions }
  }

  async function askedFor(count: number): Promise<readonly unknown[]> {
    await expect.poll(() => conversation.asked.length).toBe(count)
    return conversation.asked
  }

  beforeAll(async () => {
    browser = await openChromium()
  })

  afterAll(() => browser.close())

  afterEach(async () => {
    const { complaints } = it
    await it[Symbol.asyncDispose]()
    expect(complaints).toEqual([])
  })

  describe('the queue', () => {
    beforeEach(() => open({ ...showcase(), approvals: [], queue: { messages: [] } }))

    test('Enter queues while a turn runs, Ctrl+Enter steers now; what waits is edited, withdrawn, sent', async () => {
      expect(await session.message.getAttribute('placeholder')).toMatch(/Enter queues, .*Enter steers now/)
      await session.say('first')
      const queue = it.page.getByRole('region', { name: 'Queue' })
      await queue.getByText('first').waitFor()
      await session.say('second')
      await session.message.fill('now')
      await session.message.press('Control+Enter')
      expect(await askedFor(3)).toEqual([
        { send: 'first', when: 'next' },
        { send: 'second', when: 'next' },
        { send: 'now', when: 'now' },
      ])
      await queue.locator('li', { hasText: 'first' }).getByRole('button', { name: 'Edit' }).click()
      const edit = queue.getByRole('textbox', { name: 'Message in the queue' })
      await edit.fill('other words')
      await edit.press('Enter')
      await queue.getByText('other words').waitFor()
      await queue.locator('li', { hasText: 'second' }).getByRole('button', { name: 'Withdraw' }).click()
      await queue.getByText('second').waitFor({ state: 'detached' })
      await queue.getByRole('button', { name: 'Send now' }).click()
      await queue.waitFor({ state: 'detached' })
      await session.transcript.getByText('other words').waitFor()
    })

    test('Esc stops, twice over a text, and the queue then says why it waits', async () => {
      await session.say('later')
      await it.page.getByRole('region', { name: 'Queue' }).waitFor()
      await session.message.fill('half a thought')
      await session.message.press('Escape')
      await it.page.getByText('Esc again stops the turn').waitFor()
      expect(conversation.asked).toHaveLength(1)
      await session.message.press('Escape')
      await it.page.getByText('Held, since the turn was stopped').waitFor()
      expect(await session.message.inputValue()).toBe('half a thought')
    })

    test('↑ in an empty field brings back the last message', async () => {
      await session.message.press('ArrowUp')
      expect(await session.message.inputValue()).toBe('Then plan the release.')
    })
  })

  describe('questions', () => {
    test('of the agent: an option, other words, and a secret that is not shown', async () => {
      await open(
        asking({
          id: 'q1',
          askedAt: 1,
          kind: 'input',
          fields: [
            {
              id: 'where',
              header: 'Registry',
              text: 'Where to?',
              options: [
                { label: 'internal', description: 'ours' },
                { label: 'public', description: 'everybody' },
              ],
              allowsOther: true,
              secret: false,
            },
            { id: 'token', header: 'Token', text: 'Its token', options: [], allowsOther: true, secret: true },
          ],
        }),
      )
      const answer = session.question.getByRole('button', { name: 'Answer' })
      expect(await answer.isDisabled()).toBe(true)
      await session.question.getByRole('radio', { name: /internal/ }).check()
      const secret = session.question.getByLabel('Its token')
      expect(await secret.getAttribute('type')).toBe('password')
      await secret.fill('s3cret')
      await answer.click()
      expect(await askedFor(1)).toEqual([
        { question: 'q1', answer: { kind: 'input', answers: { where: ['internal'], token: ['s3cret'] } } },
      ])
      await session.question.waitFor({ state: 'detached' })
    })

    test('of a tool’s server, who is named: a form by its types', async () => {
      await open(
        asking({
          id: 'q1',
          askedAt: 1,
          kind: 'elicitation',
          server: 'tickets',
          message: 'Which one?',
          ask: {
            type: 'form',
            fields: [
              { name: 'n', title: 'Number', type: 'integer', required: true },
              {
                name: 'p',
                title: 'Priority',
                type: 'choice',
                required: true,
                options: [
                  { value: 'h', title: 'High' },
                  { value: 'l', title: 'Low' },
                ],
              },
              { name: 'c', title: 'Close it', type: 'boolean', required: false },
            ],
          },
        }),
      )
      expect(await session.question.innerText()).toMatch(/tickets.*\(a server, not the agent\)/)
      await session.question.getByLabel('Number').fill('4.5')
      await session.question.getByText('Still needed: Number, Priority').waitFor()
      await session.question.getByLabel('Number').fill('45')
      await session.question.getByLabel('High').check()
      await session.question.getByLabel('Close it').check()
      await session.question.getByRole('button', { name: 'Send' }).click()
      expect(await askedFor(1)).toEqual([
        { question: 'q1', answer: { kind: 'elicitation', values: { n: 45, p: 'h', c: true } } },
      ])
    })

    test.each([
      ['https://tickets.example/login', 1],
      ['javascript:alert(1)', 0],
      ['https://good.example@evil.example/', 0],
    ])('to open %s: only a web address is a link, and only a click opens it', async (url, links) => {
      await open(
        asking({
          id: 'q1',
          askedAt: 1,
          kind: 'elicitation',
          server: 's',
          message: '',
          ask: { type: 'open', url },
        }),
      )
      await session.question.waitFor()
      const link = session.question.getByRole('link')
      expect(await link.count()).toBe(links)
      if (links > 0) expect(await link.getAttribute('rel')).toContain('noopener')
      expect(it.strayRequests).toEqual([])
      await session.message.blur()
      await it.page.keyboard.press('n')
      expect(await askedFor(1)).toEqual([{ question: 'q1', answer: { kind: 'declined' } }])
    })

    test('for permission: a part of it, for the session, by key; the agent that asks is named', async () => {
      await open(
        asking({
          id: 'q1',
          askedAt: 1,
          kind: 'permission',
          agentId: 'agent-owl-000001',
          grants: [{ path: '/srv/fixtures', mode: 'read' }, { network: true }],
        }),
      )
      expect(await session.question.innerText()).toContain('asked by Owl')
      await session.question.getByRole('checkbox', { name: 'network access' }).uncheck()
      await session.transcript.focus()
      await it.page.keyboard.press('s')
      expect(await askedFor(1)).toEqual([
        {
          question: 'q1',
          answer: { kind: 'permission', grants: [{ path: '/srv/fixtures', mode: 'read' }], scope: 'session' },
        },
      ])
    })
  })

  describe('approvals', () => {
    beforeEach(() => open(showcase()))

    test('a note goes with the answer', async () => {
      await session.transcript.focus()
      await it.page.keyboard.press('e')
      await it.page.keyboard.type('only the last tag')
      await session.approval.getByRole('button', { name: 'Decline', exact: true }).click()
      expect(await askedFor(2)).toEqual([
        { answer: 'ap1', decision: 'decline' },
        { send: 'only the last tag', when: 'now' },
      ])
    })
  })

  describe('what the agent did', () => {
    beforeEach(() => open({ ...showcase(), approvals: [], queue: { messages: [] } }))

    test('is there, item by item, with what may be granted', async () => {
      await session.transcript.hover()
      await it.page.mouse.wheel(0, -20_000)
      const refused = session.transcript.locator('[data-item-id="c3"]')
      await refused.getByText('did not let it write to /srv/www/report.html').waitFor()
      expect(await refused.innerText()).toContain('writing /srv/www')
      await refused.getByRole('button', { name: 'Grant and try again' }).click()
      expect(await askedFor(2)).toContainEqual({ itemId: 'c3', grant: { path: '/srv/www', mode: 'write' } })
      // The failed one is open, in its colours.
      const failed = session.transcript.locator('[data-item-id="c2"]').getByRole('region', { name: 'Output' })
      expect(await failed.locator('.x-ansi-1').first().innerText()).toBe('×')
      const drawn = await session.transcript
        .locator('[data-item-type]')
        .evaluateAll((all: readonly { getAttribute(name: string): string | null }[]) =>
          all.map((one) => one.getAttribute('data-item-type')),
        )
      expect(drawn).toEqual(
        expect.arrayContaining(['reasoning', 'tool-call', 'agent-call', 'web-search', 'picture']),
      )
    })

    test('a diff has the numbers of its lines, and all changes of a turn stand beside it', async () => {
      await it.page.keyboard.press('Escape')
      const changes = it.page.getByRole('complementary', { name: 'Changes' })
      const file = changes.getByRole('region', { name: 'Changes in src/parse.ts' })
      expect(await file.locator('.x-diff-removed').innerText()).toMatch(/^12\s+−/)
      expect(await changes.getByRole('button', { expanded: true }).count()).toBe(2)
      await session.transcript.focus()
      await it.page.keyboard.press('d')
      await changes.waitFor({ state: 'detached' })
      await it.page.goto(`${it.origin}/#/s/a/changes/turn-1`)
      await changes.waitFor()
    })

    test('the plan is folded when it is done', async () => {
      const plan = it.page.getByRole('region', { name: 'Plan', exact: true })
      expect(await plan.getByRole('listitem').count()).toBe(3)
      const steps = ['a', 'b'].map((text) => ({ text, status: 'completed' }) as const)
      conversation.say({ type: 'turn-plan', turnId: 'turn-3', plan: { steps } })
      await plan.getByText('2 of 2').waitFor()
      expect(await plan.getByRole('listitem').count()).toBe(0)
    })

    test('an agent of the agent shows while it works', async () => {
      const row = it.page.locator('.x-foot [data-agent-id]')
      expect(await row.innerText()).toMatch(/running\s+Owl\s+Reading/)
      conversation.say({
        type: 'agent-changed',
        agent: { id: 'agent-owl-000001', name: 'Owl', status: 'done' },
      })
      await row.waitFor({ state: 'detached' })
    })

    test('model and effort are chosen from what there is', async () => {
      const model = it.page.getByRole('combobox', { name: 'Model' })
      await model.focus()
      await it.page.getByRole('option', { name: 'Small 5' }).waitFor({ state: 'attached' })
      await model.selectOption('small')
      await expect.poll(() => conversation.asked).toEqual([{ model: { model: 'small' } }])
      await it.page.getByRole('combobox', { name: 'Effort' }).selectOption('high')
      await expect
        .poll(() => conversation.asked.at(-1))
        .toEqual({ model: { model: 'small', effort: 'high' } })
    })
  })

  test('panes are resized by key, and remembered', async () => {
    await open(emptyConversation('t', '/work'))
    const line = it.page.getByRole('separator', { name: 'Width of the list' })
    const before = Number(await line.getAttribute('aria-valuenow'))
    await line.focus()
    await it.page.keyboard.press('ArrowRight')
    await it.page.keyboard.press('ArrowRight')
    await it.page.reload()
    await line.waitFor()
    expect(Number(await line.getAttribute('aria-valuenow'))).toBe(before + 32)
  })
})
