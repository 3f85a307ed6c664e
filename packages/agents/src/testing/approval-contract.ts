import { expect } from 'vitest'
import type { Approval } from '../conversation/approval.ts'
import type { Conversation } from '../conversation/conversation.ts'
import type { Command } from '../conversation/item.ts'
import { untilState, type ConversationCase } from './conversation-stage.ts'

/** What a person must allow. */
export function approvalContract(scenario: ConversationCase): void {
  scenario('asks, and goes on once it was allowed', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    const approval = await nextApproval(conversation)
    expect(conversation.state.approvals).toEqual([approval])
    expect(approval).toMatchObject({ kind: 'command', turnId: await turn.turnId })
    expect(await conversation.answer(approval.id, 'accept')).toBe(true)
    expect(await turn.result).toMatchObject({ status: 'completed' })
    expect(await endedCommands(conversation)).toMatchObject([{ status: 'completed' }])
    expect(conversation.state.approvals).toEqual([])
  })

  scenario('does not run what was declined, and goes on', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    await conversation.answer((await nextApproval(conversation)).id, 'decline')
    expect(await turn.result).toMatchObject({ status: 'completed' })
    expect(await endedCommands(conversation)).toMatchObject([{ status: 'declined' }])
  })

  scenario('interrupts the turn of what was cancelled', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    await conversation.answer((await nextApproval(conversation)).id, 'cancel')
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
  })

  scenario('takes the first answer and no other', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    const { id } = await nextApproval(conversation)
    const answers = [conversation.answer(id, 'accept'), conversation.answer(id, 'decline')]
    expect(await Promise.all(answers)).toEqual([true, false])
    expect(await turn.result).toMatchObject({ status: 'completed' })
    expect(await conversation.answer(id, 'accept')).toBe(false)
    expect(await conversation.answer('never-asked', 'accept')).toBe(false)
    expect(await endedCommands(conversation)).toMatchObject([{ status: 'completed' }])
  })

  scenario('leaves a question open that was answered with nonsense', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    const { id } = await nextApproval(conversation)
    await expect(conversation.answer(id, 'perhaps' as 'accept')).rejects.toMatchObject({
      code: 'choice-not-offered',
    })
    expect(conversation.state.approvals).toHaveLength(1)
    await conversation.answer(id, 'decline')
    await turn.result
  })

  scenario('forgets what an interrupted turn has asked', async ({ conversation, cues }) => {
    const turn = conversation.send(cues.askToRun)
    const { id } = await nextApproval(conversation)
    await conversation.interrupt()
    expect(await turn.result).toMatchObject({ status: 'interrupted' })
    expect(conversation.state.approvals).toEqual([])
    expect(await conversation.answer(id, 'accept')).toBe(false)
  })

  scenario(
    'asks again, under the same name, after a broken link',
    async ({ conversation, cues, cutLink }) => {
      const turn = conversation.send(cues.askToRun)
      const asked = await nextApproval(conversation)
      const broken = untilState(conversation, ({ link }) => link.state === 'reconnecting')
      await cutLink()
      await broken
      await untilState(conversation, ({ link, approvals }) => link.state === 'live' && approvals.length > 0)
      expect(conversation.state.approvals.map(({ id }) => id)).toEqual([asked.id])
      expect(await conversation.answer(asked.id, 'accept')).toBe(true)
      expect(await turn.result).toMatchObject({ status: 'completed' })
      expect(await endedCommands(conversation)).toMatchObject([{ status: 'completed' }])
    },
  )
}

function nextApproval(conversation: Conversation): Promise<Approval> {
  return new Promise((resolve) => {
    const listening = conversation.onApproval((approval) => {
      resolve(approval)
      queueMicrotask(() => listening[Symbol.dispose]())
    })
  })
}

/** All of them, once each has come to its end: that may be after the turn's. */
function endedCommands(conversation: Conversation): Promise<readonly Command[]> {
  return untilState(conversation, ({ turns }) => {
    const commands = turns.flatMap(({ items }) => items.filter((item) => item.type === 'command'))
    return commands.every(({ phase }) => phase === 'done') && commands
  })
}
