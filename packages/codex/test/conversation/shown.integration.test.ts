import { readFile } from 'node:fs/promises'
import path from 'node:path'
import { CODEX_VERSIONS } from '@x/fixtures'
import { scriptedModel, type ModelStep } from '@x/responses'
import { describe, expect, test } from 'vitest'
import { configuredHost } from '../configured-host.ts'
import { nextApproval, openWorkshop, until } from '../workshop.ts'

const playing = (...steps: readonly ModelStep[]) =>
  scriptedModel([{ when: { calls: 0 }, steps }, { steps: [{ say: 'done' }] }])

describe.each(CODEX_VERSIONS)('a conversation with Codex %s shows', (version) => {
  test('the plan of a turn', async () => {
    const plan = [
      { step: 'look', status: 'completed' },
      { step: 'act', status: 'in_progress' },
      { step: 'tell' },
    ] as const
    await using workshop = await openWorkshop(version, { model: playing({ plan, explanation: 'because' }) })
    const { conversation } = await workshop.open()
    await conversation.send('go').result
    expect(conversation.state.turns[0]?.plan).toEqual({
      explanation: 'because',
      steps: [
        { text: 'look', status: 'completed' },
        { text: 'act', status: 'in-progress' },
        { text: 'tell', status: 'pending' },
      ],
    })
  })

  test('a summary in its parts, and the thoughts where they are told', async () => {
    await using workshop = await openWorkshop(version, {
      model: playing({ think: ['**First** look', '**Then** think'], raw: 'raw thoughts' }, { say: 'hi' }),
    })
    const host = configuredHost(workshop.host, {
      show_raw_agent_reasoning: true,
      model_reasoning_summary: 'detailed',
    })
    const { conversation } = await workshop.open({ host })
    const texts = new Set<string>()
    const seen = until(conversation, ({ turns }) => {
      const item = turns[0]?.items.find((one) => one.type === 'reasoning')
      if (item?.type === 'reasoning') texts.add(item.text)
      return item?.phase === 'done' && item
    })
    await conversation.send('go').result
    expect(await seen).toMatchObject({
      text: '**First** look\n\n**Then** think',
      detail: 'raw thoughts',
    })
    // What streams is always a beginning of what it becomes.
    for (const text of texts) expect('**First** look\n\n**Then** think'.startsWith(text)).toBe(true)
  })

  test('a change of files that waits, what it did, and the diff and cost of its turn', async () => {
    await using workshop = await openWorkshop(version, {
      model: playing({ patch: [{ add: 'new.txt', content: 'one\n' }] }),
    })
    const { conversation, directory } = await workshop.open()
    const turn = conversation.send('go')
    const approval = await nextApproval(conversation)
    expect(approval).toMatchObject({ kind: 'file-change', leavesSandbox: false })
    expect(conversation.state.turns[0]?.items.at(-1)).toMatchObject({
      type: 'file-change',
      status: 'running',
      changes: [{ path: path.join(directory, 'new.txt'), kind: 'add', diff: 'one\n' }],
    })
    expect(await conversation.answer(approval.id, 'accept')).toBe(true)
    await turn.result
    const shown = await until(conversation, ({ turns }) => turns[0]?.diff !== undefined && turns[0])
    expect(shown.diff).toContain('+one')
    expect(shown.items.find((item) => item.type === 'file-change')).toMatchObject({ status: 'completed' })
    expect(await readFile(path.join(directory, 'new.txt'), 'utf8')).toBe('one\n')
    const { context } = conversation.state
    expect(context?.windowTokens).toBeGreaterThan(context?.usedTokens ?? Infinity)
    // Two answers of the model: the patch, and what it said of it.
    expect(shown.usage?.totalTokens).toBe(context?.totalTokens)
    expect(shown.usage?.totalTokens).toBeGreaterThan(context?.usedTokens ?? Infinity)
  })
})
