import { expect } from 'vitest'
import { untilTalking, type ConversationCase } from './conversation-stage.ts'

/** How a conversation ends. */
export function endingContract(scenario: ConversationCase): void {
  scenario('ends its viewers, its turns and what waits', async ({ conversation, cues, close }) => {
    const turn = conversation.send(cues.talk)
    await untilTalking(conversation)
    const waiting = conversation.send(cues.answer, { when: 'next' })
    const reading = (async () => {
      let last = ''
      for await (const frame of conversation.feed()) last = JSON.stringify(frame)
      return last
    })()
    await close()
    expect(await conversation.closed).toMatchObject({ reason: 'closed' })
    expect(await reading).toContain('"ended"')
    expect(conversation.state.link.state).toBe('ended')
    // It was interrupted on the way out, or cut off.
    const status = await turn.result.then(
      (result) => result.status,
      (error: unknown) => (error as { readonly code?: string }).code,
    )
    expect(['interrupted', 'closed']).toContain(status)
    await expect(waiting.result).rejects.toMatchObject({ code: 'closed' })
  })

  scenario('takes nothing any more once it has ended', async ({ conversation, cues, close }) => {
    await close()
    await expect(conversation.send(cues.answer).result).rejects.toMatchObject({ code: 'closed' })
    await expect(conversation.send(cues.answer, { when: 'next' }).result).rejects.toMatchObject({
      code: 'closed',
    })
    await expect(conversation.interrupt()).resolves.toBeUndefined()
    expect(await conversation.answer('any', 'accept')).toBe(false)
    let frames = 0
    for await (const _ of conversation.feed()) frames += 1
    expect(frames).toBe(1)
  })
}
