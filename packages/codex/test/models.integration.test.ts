import { CODEX_VERSIONS } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkshop, until, type Workshop } from './workshop.ts'

describe.each(CODEX_VERSIONS)('the model of a session of Codex %s', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version)
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  /** What the endpoint was asked for last. */
  const asked = (): { model: unknown; effort: unknown } => {
    const body = workshop.model.requests.at(-1)?.body as { model: unknown; reasoning?: { effort?: unknown } }
    return { model: body.model, effort: body.reasoning?.effort }
  }

  test('is one of those that Codex lists, or any other that is named, from the next turn on', async () => {
    const session = await workshop.open({ taskId: 'chosen' })
    const { conversation } = session
    await session.ready
    const models = await conversation.models()
    expect(models.length).toBeGreaterThan(1)
    expect(models.filter(({ isDefault }) => isDefault)).toHaveLength(1)
    for (const { model, name, efforts, defaultEffort } of models) {
      expect(model).not.toBe('')
      expect(name).not.toBe('')
      expect(efforts.map(({ effort }) => effort)).toContain(defaultEffort)
    }
    expect(conversation.state.model).toMatchObject({ model: 'gpt-5.5' })
    const other = models.find(({ model, efforts }) => model !== 'gpt-5.5' && efforts.length > 1)
    const effort = other?.efforts.find((one) => one.effort !== other.defaultEffort)?.effort ?? ''
    await conversation.chooseModel({ model: other?.model ?? '', effort })
    expect(conversation.state.model).toEqual({ model: other?.model, effort })
    await conversation.send('hello').result
    expect(asked()).toEqual({ model: other?.model, effort })

    // Without an effort it is the model's own, not the one from before.
    await conversation.chooseModel({ model: other?.model ?? '' })
    await conversation.send('hello').result
    expect(asked()).toEqual({ model: other?.model, effort: other?.defaultEffort })

    await conversation.chooseModel({ model: 'one-of-my-own' })
    await conversation.send('hello').result
    expect(asked()).toMatchObject({ model: 'one-of-my-own' })
    await session.close()

    const resumed = await workshop.attach('chosen')
    await until(resumed.conversation, ({ model }) => model?.model === 'one-of-my-own')
    await resumed.conversation.send('hello').result
    expect(asked()).toMatchObject({ model: 'one-of-my-own' })
    await resumed.close()
  })

  test('chosen, and in no turn yet when the session is closed, answers all the same', async () => {
    const session = await workshop.open({ taskId: 'kept' })
    await session.conversation.send('hello').result
    await session.conversation.chooseModel({ model: 'gpt-5.4', effort: 'low' })
    await session.close()
    const resumed = await workshop.attach('kept')
    expect(resumed.conversation.state.model).toEqual({ model: 'gpt-5.4', effort: 'low' })
    await resumed.conversation.send('hello').result
    expect(asked()).toEqual({ model: 'gpt-5.4', effort: 'low' })
    await resumed.close()
  })

  test('is given when the session is opened', async () => {
    const session = await workshop.open({ taskId: 'given', model: 'gpt-5.4', effort: 'high' })
    expect(session.conversation.state.model).toEqual({ model: 'gpt-5.4', effort: 'high' })
    await session.conversation.send('hello').result
    expect(asked()).toEqual({ model: 'gpt-5.4', effort: 'high' })
    await expect(session.conversation.chooseModel({ model: ' ' })).rejects.toThrow(TypeError)
    await session.close()
    await expect(workshop.open({ effort: ' ' })).rejects.toMatchObject({ field: 'effort' })
  })
})
