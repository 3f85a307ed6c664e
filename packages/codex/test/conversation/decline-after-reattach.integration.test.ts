import { CODEX_VERSIONS } from '@x/fixtures'
import { describe, expect, test } from 'vitest'
import { nextApproval, openWorkshop, until } from '../workshop.ts'

// Codex tells the end of a declined command only to the connection that was there when it asked.
describe.each(CODEX_VERSIONS)('a question of Codex %s that is answered after a re-attach', (version) => {
  test('leaves a declined command declined', async () => {
    await using workshop = await openWorkshop(version)
    const taskId = 'asked'
    const first = await workshop.open({ taskId })
    await first.ready
    first.conversation.send('run: touch there')
    await nextApproval(first.conversation)
    await first.detach()

    const { conversation } = await workshop.attach(taskId)
    const { id, itemId } = await nextApproval(conversation)
    expect(await conversation.answer(id, 'decline')).toBe(true)
    const turn = await until(conversation, ({ turns }) => turns.find(({ status }) => status === 'completed'))
    expect(turn.items.find((item) => item.id === itemId)).toMatchObject({ phase: 'done', status: 'declined' })
  })
})
