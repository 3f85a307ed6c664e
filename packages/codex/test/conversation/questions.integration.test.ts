import { fileURLToPath } from 'node:url'
import type { Conversation, Question } from '@x/agents/conversation'
import { CODEX_VERSIONS } from '@x/fixtures'
import { scriptedModel, toolOutputs, type ModelStep } from '@x/responses'
import { describe, expect, test } from 'vitest'
import { configuredHost } from '../configured-host.ts'
import { openWorkshop, until, type Workshop } from '../workshop.ts'

const SERVER = fileURLToPath(new URL('../fixtures/asking-mcp-server.mjs', import.meta.url))

const playing = (...steps: readonly ModelStep[]) =>
  scriptedModel([{ when: { calls: 0 }, steps }, { steps: [{ say: 'done' }] }])

const ASKS: ModelStep = {
  call: 'request_user_input',
  arguments: {
    questions: [
      {
        id: 'colour',
        header: 'Colour',
        question: 'Which one?',
        options: [
          { label: 'red', description: 'warm' },
          { label: 'blue', description: 'cold' },
        ],
      },
    ],
  },
}

/** Switches on what both versions keep for later, and names a tool server of the test's own. */
function asking(workshop: Workshop): { readonly host: Workshop['host'] } {
  const host = configuredHost(workshop.host, {
    features: { default_mode_request_user_input: true },
    mcp_servers: {
      asking: { command: process.execPath, args: [SERVER], default_tools_approval_mode: 'approve' },
    },
  })
  return { host }
}

function nextQuestion(conversation: Conversation): Promise<Question> {
  return new Promise((resolve) => conversation.onQuestion(resolve))
}

function output(workshop: Workshop): string {
  const last = workshop.model.requests.at(-1)
  return last
    ? toolOutputs(last)
        .map(({ text }) => text)
        .join('\n')
    : ''
}

const askWith = (params: Readonly<Record<string, unknown>>): ModelStep => ({
  call: 'ask',
  namespace: 'mcp__asking',
  arguments: params,
})

describe.each(CODEX_VERSIONS)('a question of Codex %s', (version) => {
  test('is open, under one name, until it is answered, also after a re-attach', async () => {
    await using workshop = await openWorkshop(version, { model: playing(ASKS) })
    const first = await workshop.open({ taskId: 'asked', ...asking(workshop) })
    first.conversation.send('go')
    const asked = await nextQuestion(first.conversation)
    expect(asked).toMatchObject({
      kind: 'input',
      turnId: first.conversation.state.turns[0]?.id,
      fields: [{ id: 'colour', header: 'Colour', text: 'Which one?', allowsOther: true, secret: false }],
    })
    await first.detach()

    const { conversation } = await workshop.attach('asked')
    const again = await nextQuestion(conversation)
    expect(again.id).toBe(asked.id)
    const wrong = { kind: 'input', answers: { shape: ['round'] } } as const
    await expect(conversation.answerQuestion(again.id, wrong)).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
    expect(conversation.state.questions).toHaveLength(1)
    const right = { kind: 'input', answers: { colour: ['blue'] } } as const
    expect(await conversation.answerQuestion(again.id, right)).toBe(true)
    expect(await conversation.answerQuestion(again.id, right)).toBe(false)
    await until(conversation, ({ turns }) => turns.at(-1)?.status === 'completed')
    expect(output(workshop)).toBe('{"answers":{"colour":{"answers":["blue"]}}}')
    expect(conversation.state.questions).toEqual([])
    expect(JSON.stringify(conversation.state)).not.toContain('blue"]')
  })

  test('ends with its turn', async () => {
    await using workshop = await openWorkshop(version, { model: playing(ASKS) })
    const { conversation } = await workshop.open(asking(workshop))
    const turn = conversation.send('go')
    const { id } = await nextQuestion(conversation)
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(conversation.state.questions).toEqual([])
    expect(await conversation.answerQuestion(id, { kind: 'declined' })).toBe(false)
  })

  test('of an unattended session is asked of nobody', async () => {
    await using workshop = await openWorkshop(version, { model: playing(ASKS) })
    const { conversation } = await workshop.open({ approvals: 'never', ...asking(workshop) })
    expect(await conversation.send('go').result).toMatchObject({ status: 'completed' })
    expect(conversation.state.notices.map(({ message }) => message)).toContain(
      'Declined, since nobody is asked in this session: Which one?',
    )
    expect(output(workshop)).toBe('{"answers":{}}')
  })

  test('of a tool server is a form', async () => {
    const form = askWith({
      message: 'Who are you?',
      requestedSchema: {
        type: 'object',
        properties: {
          name: { type: 'string', title: 'Name' },
          size: { type: 'string', enum: ['s', 'l'] },
          age: { type: 'integer' },
          agrees: { type: 'boolean', default: true },
        },
        required: ['name'],
      },
    })
    await using workshop = await openWorkshop(version, { model: playing(form) })
    const { conversation } = await workshop.open(asking(workshop))
    conversation.send('go')
    const question = await nextQuestion(conversation)
    if (question.kind !== 'elicitation' || question.ask.type !== 'form') throw new Error(question.kind)
    expect(question).toMatchObject({ server: 'asking', message: 'Who are you?' })
    const byName = new Map(question.ask.fields?.map((field) => [field.name, field]))
    expect(byName.get('name')).toMatchObject({ title: 'Name', type: 'text', required: true })
    expect(byName.get('size')).toMatchObject({ type: 'choice', options: [{ value: 's' }, { value: 'l' }] })
    expect(byName.get('agrees')).toMatchObject({ type: 'boolean', default: true, required: false })
    for (const values of [{}, { name: 'N', age: 1.5 }, { name: 'N', size: 'm' }, { name: 'N', more: 1 }])
      await expect(
        conversation.answerQuestion(question.id, { kind: 'elicitation', values }),
      ).rejects.toMatchObject({ code: 'choice-not-offered' })
    const values = { name: 'N', size: 'l', age: 7, agrees: false }
    expect(await conversation.answerQuestion(question.id, { kind: 'elicitation', values })).toBe(true)
    await until(conversation, ({ turns }) => turns.at(-1)?.status === 'completed')
    const call = conversation.state.turns[0]?.items.find((item) => item.type === 'tool-call')
    if (call?.type !== 'tool-call') throw new Error('no call is shown')
    expect(call).toMatchObject({ server: 'asking', tool: 'ask', status: 'completed' })
    expect(JSON.parse(call.output)).toMatchObject({ action: 'accept', content: values })
  })

  test('of a tool server is an address, which can be declined', async () => {
    const open = askWith({
      mode: 'url',
      message: 'Log in',
      url: 'https://example.test/in',
      elicitationId: 'e',
    })
    await using workshop = await openWorkshop(version, { model: playing(open) })
    const { conversation } = await workshop.open(asking(workshop))
    conversation.send('go')
    const question = await nextQuestion(conversation)
    expect(question).toMatchObject({
      kind: 'elicitation',
      ask: { type: 'open', url: 'https://example.test/in' },
    })
    expect(await conversation.answerQuestion(question.id, { kind: 'declined' })).toBe(true)
    await until(conversation, ({ turns }) => turns.at(-1)?.status === 'completed')
    expect(output(workshop)).toContain('decline')
  })
})
