import { CODEX_VERSIONS } from '@x/fixtures'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openWorkshop, until, type Workshop } from './workshop.ts'

const KEY = 'sk-canary-of-the-login'

describe.each(CODEX_VERSIONS)('a model that fails Codex %s', (version) => {
  let workshop: Workshop

  beforeAll(async () => {
    workshop = await openWorkshop(version, { apiKey: KEY })
  })
  afterAll(async () => {
    await workshop[Symbol.asyncDispose]()
  })

  test('is let in with the key as its bearer', async () => {
    const session = await workshop.open({
      taskId: 'right-key',
      login: { endpoint: { baseUrl: workshop.model.url, key: KEY, model: 'unheard-of' } },
    })
    expect(await session.conversation.send('hello').result).toMatchObject({ status: 'completed' })
    expect(workshop.model.requests.at(-1)?.model).toBe('unheard-of')
    await session.close()
  })

  test('refuses another key and none: the turn fails and says what to look at', async () => {
    const refused = async (taskId: string, login: { readonly key?: string }): Promise<void> => {
      const session = await workshop.open({
        taskId,
        login: { endpoint: { baseUrl: workshop.model.url, ...login } },
      })
      const { status, error } = await session.conversation.send('hello').result
      expect(status).toBe('failed')
      expect(error).toEqual({
        message: expect.stringContaining('Incorrect API key provided'),
        remedy: expect.stringMatching(/key/),
      })
      expect(error?.message).not.toMatch(/[{}]/)
      expect(session.conversation.state.turns.at(-1)).toMatchObject({ status: 'failed', error })
      await session.close()
    }
    await Promise.all([refused('another-key', { key: 'sk-wrong' }), refused('no-key', {})])
  })

  test('fails in the middle of an answer', async () => {
    const session = await workshop.open({
      taskId: 'breaking',
      login: { endpoint: { baseUrl: workshop.model.url, key: KEY } },
    })
    const { status, error } = await session.conversation.send('fail: 400').result
    expect(status).toBe('failed')
    expect(error?.message).toContain('told to')
    expect(await session.conversation.send('hello').result).toMatchObject({ status: 'completed' })
    await session.close()
  })

  test('cannot be reached: the turn waits, says for what, and can be interrupted', async () => {
    const session = await workshop.open({
      taskId: 'unreachable',
      login: { endpoint: { baseUrl: 'http://127.0.0.1:9/v1' } },
    })
    const { conversation } = session
    const turn = conversation.send('hello')
    const waiting = await until(conversation, ({ turns }) => turns.at(-1)?.waiting)
    expect(waiting).toEqual({
      message: expect.stringContaining('error sending request'),
      remedy: expect.stringContaining('endpoint'),
    })
    expect(conversation.state.turns.at(-1)?.status).toBe('in-progress')
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(conversation.state.turns.at(-1)?.waiting).toBeUndefined()
    await session.close()
  })

  test('cannot be reached: closing does not wait for it', async () => {
    const session = await workshop.open({
      taskId: 'unreachable-closed',
      login: { endpoint: { baseUrl: 'http://127.0.0.1:9/v1' } },
    })
    const turn = session.conversation.send('hello')
    await turn.turnId
    const before = performance.now()
    await session.close()
    expect(performance.now() - before).toBeLessThan(10_000)
  })
})
