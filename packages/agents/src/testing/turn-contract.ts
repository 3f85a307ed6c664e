import { expect } from 'vitest'
import type { UserMessage } from '../conversation/item.ts'
import {
  untilState,
  untilTalking,
  type ConversationCase,
  type ConversationStage,
} from './conversation-stage.ts'

/** Messages, and the turns that they lead to. */
export function turnContract(scenario: ConversationCase): void {
  scenario('begins with nothing said and a living link', async ({ conversation }) => {
    expect(conversation.state).toMatchObject({
      turns: [],
      approvals: [],
      questions: [],
      queue: { messages: [] },
      link: { state: 'live' },
    })
  })

  scenario('streams an answer whose pieces are the result', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.answer)
    const pieces: string[] = []
    for await (const piece of turn.text) pieces.push(piece)
    const result = await turn.result
    expect(result).toMatchObject({ status: 'completed', turnId: await turn.turnId })
    expect(result.text).not.toBe('')
    expect(pieces.join('')).toBe(result.text)
    expect(conversation.state.turns.at(-1)).toMatchObject({ id: result.turnId, status: 'completed' })
  })

  scenario('shows the message under the name that its sender gave it', async ({ conversation, cues }) => {
    await conversation.send(cues.answer, { clientId: 'mine-1' }).result
    expect(messages({ conversation })).toMatchObject([{ text: cues.answer, clientId: 'mine-1' }])
  })

  scenario('refuses a message without words', async ({ conversation }) => {
    expect(() => conversation.send(' \n')).toThrow(TypeError)
    expect(conversation.state.turns).toEqual([])
  })

  scenario('tells a failed turn as a result, and goes on', async ({ conversation, cues }) => {
    const { status, error } = await conversation.send(cues.fail).result
    expect(status).toBe('failed')
    expect(error?.message).toBeTruthy()
    expect(await conversation.send(cues.answer).result).toMatchObject({ status: 'completed' })
  })

  scenario('interrupts the turn that runs, and goes on', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.talk)
    await untilTalking(conversation)
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(await conversation.send(cues.answer).result).toMatchObject({ status: 'completed' })
  })

  scenario('does not lose an interrupt of a message that is on its way', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.talk)
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
  })

  scenario('has nothing to interrupt while nothing runs', async ({ conversation }) => {
    await expect(conversation.interrupt()).resolves.toBeUndefined()
  })

  scenario('steers into the turn that runs, and into no other', async ({ conversation, cues }) => {
    await expect(conversation.steer('no turn')).rejects.toMatchObject({ code: 'no-active-turn' })
    const turn = conversation.send(cues.talk)
    await untilTalking(conversation)
    await conversation.steer(cues.answer, { clientId: 'steered' })
    const turnId = await turn.turnId
    const home = await untilState(conversation, ({ turns }) =>
      turns.find(({ items }) =>
        items.some((item) => item.type === 'user-message' && item.clientId === 'steered'),
      ),
    )
    expect(home.id).toBe(turnId)
    await turn.result
    expect(conversation.state.turns).toHaveLength(1)
  })

  scenario('survives a broken link in mid-turn', async ({ conversation, cues, cutLink }) => {
    const turn = conversation.send(cues.talk)
    await untilTalking(conversation)
    const broken = untilState(conversation, ({ link }) => link.state === 'reconnecting')
    await cutLink()
    await broken
    const result = await turn.result
    expect(result.status).toBe('completed')
    expect(conversation.state.link).toEqual({ state: 'live' })
    expect(conversation.state.turns).toHaveLength(1)
    expect(conversation.state.turns[0]?.items.filter((item) => item.phase !== 'done')).toEqual([])
  })
}

function messages({ conversation }: Pick<ConversationStage, 'conversation'>): readonly UserMessage[] {
  return conversation.state.turns.flatMap(({ items }) => items.filter((item) => item.type === 'user-message'))
}
