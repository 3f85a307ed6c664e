import { expect } from 'vitest'
import type { ConversationState } from '../conversation/conversation-state.ts'
import type { Conversation } from '../conversation/conversation.ts'
import { untilState, untilTalking, type ConversationCase } from './conversation-stage.ts'

/** Messages that wait for the turn's end. */
export function queueContract(scenario: ConversationCase): void {
  scenario('sends what waits, in order, each in a turn of its own', async ({ conversation, cues }) => {
    const first = conversation.send(cues.talk)
    await untilTalking(conversation)
    const second = conversation.send(cues.answer, { when: 'next', clientId: 'second' })
    const third = conversation.send(cues.answer, { when: 'next', clientId: 'third' })
    await untilState(conversation, ({ queue }) => queue.messages.length === 2)
    expect(conversation.state.queue.messages.map(({ id }) => id)).toEqual(['second', 'third'])
    const ids = (await Promise.all([first.result, second.result, third.result])).map(({ turnId }) => turnId)
    expect(conversation.state.turns.map(({ id }) => id)).toEqual(ids)
    expect(spoken(conversation)).toEqual([undefined, 'second', 'third'].map(expectId))
    expect(conversation.state.queue).toEqual({ messages: [] })
  })

  scenario('lets a message that nothing stands before go at once', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.answer, { when: 'next' })
    expect(await turn.result).toMatchObject({ status: 'completed' })
  })

  scenario('changes and withdraws what waits', async ({ conversation, cues }) => {
    const first = conversation.send(cues.talk)
    await untilTalking(conversation)
    const edited = conversation.send('wrong words', { when: 'next', clientId: 'edited' })
    const gone = conversation.send('never said', { when: 'next', clientId: 'gone' })
    await untilState(conversation, ({ queue }) => queue.messages.length === 2)
    expect(await conversation.editQueued('edited', cues.answer)).toBe(true)
    await expect(conversation.editQueued('edited', ' ')).rejects.toThrow(TypeError)
    expect(await conversation.withdrawQueued('gone')).toBe(true)
    await expect(gone.result).rejects.toMatchObject({ code: 'withdrawn' })
    expect(await conversation.withdrawQueued('gone')).toBe(false)
    expect(await conversation.editQueued('gone', 'again')).toBe(false)
    expect(await conversation.sendQueued('gone')).toBe(false)
    await Promise.all([first.result, edited.result])
    expect(texts(conversation)).toEqual([cues.talk, cues.answer])
  })

  scenario('holds what waits when the turn was interrupted', async ({ conversation, cues }) => {
    const first = conversation.send(cues.talk)
    await untilTalking(conversation)
    const waiting = conversation.send(cues.answer, { when: 'next', clientId: 'waiting' })
    await untilState(conversation, ({ queue }) => queue.messages.length === 1)
    await conversation.interrupt()
    await first.result
    await untilState(conversation, ({ queue }) => queue.held === 'interrupted')
    expect(conversation.state.turns).toHaveLength(1)
    expect(await conversation.sendQueued('waiting')).toBe(true)
    expect(await waiting.result).toMatchObject({ status: 'completed' })
    expect(conversation.state.queue).toEqual({ messages: [] })
  })

  scenario('loses no message to an interrupt, however soon it comes', async ({ conversation, cues }) => {
    for (const clientId of ['one', 'two', 'three']) {
      const turn = conversation.send(cues.talk, { clientId })
      await conversation.interrupt()
      expect(await turn.result).toMatchObject({ status: 'interrupted' })
      await untilState(conversation, (state) => isKept(state, clientId))
    }
  })

  scenario('gives back what was added to a turn and not taken in', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.talk)
    await untilTalking(conversation)
    await conversation.steer(cues.answer, { clientId: 'added' })
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    await untilState(conversation, (state) => isKept(state, 'added'))
    if (conversation.state.queue.messages.length > 0) {
      expect(conversation.state.queue.held).toBe('interrupted')
      expect(await conversation.sendQueued('added')).toBe(true)
    }
    await untilState(conversation, ({ queue }) => queue.messages.length === 0)
    await untilState(conversation, (state) => isSaid(state, 'added'))
    expect(texts(conversation)).toEqual([cues.talk, cues.answer])
  })

  scenario('sends into the turn that runs what is wanted now', async ({ conversation, cues }) => {
    const first = conversation.send(cues.talk)
    await untilTalking(conversation)
    conversation.send(cues.answer, { when: 'next', clientId: 'now' })
    await untilState(conversation, ({ queue }) => queue.messages.length === 1)
    expect(await conversation.sendQueued('now')).toBe(true)
    await first.result
    expect(conversation.state.turns).toHaveLength(1)
    expect(spoken(conversation)).toEqual([undefined, 'now'].map(expectId))
  })

  scenario('keeps what waits over a broken link', async ({ conversation, cues, cutLink }) => {
    const first = conversation.send(cues.talk)
    await untilTalking(conversation)
    const waiting = conversation.send(cues.answer, { when: 'next', clientId: 'kept' })
    await untilState(conversation, ({ queue }) => queue.messages.length === 1)
    await cutLink()
    expect((await Promise.all([first.result, waiting.result])).map(({ status }) => status)).toEqual([
      'completed',
      'completed',
    ])
    expect(spoken(conversation)).toEqual([undefined, 'kept'].map(expectId))
  })
}

function userMessages(conversation: Conversation) {
  return conversation.state.turns.flatMap(({ items }) => items.filter((item) => item.type === 'user-message'))
}

function spoken(conversation: Conversation): readonly (string | undefined)[] {
  return userMessages(conversation).map(({ clientId }) => clientId)
}

function texts(conversation: Conversation): readonly string[] {
  return userMessages(conversation).map(({ text }) => text)
}

/** A message that got no name from its sender has one all the same. */
function expectId(id: string | undefined): unknown {
  return id ?? (expect.any(String) as unknown)
}

/** Among what was said, or among what waits. */
function isKept(state: ConversationState, clientId: string): boolean {
  return isSaid(state, clientId) || state.queue.messages.some(({ id }) => id === clientId)
}

function isSaid({ turns }: ConversationState, clientId: string): boolean {
  return turns.some(({ items }) =>
    items.some((item) => item.type === 'user-message' && item.clientId === clientId),
  )
}
