import type { ConversationState } from '@x/agents/conversation'
import { CODEX_VERSIONS } from '@x/fixtures'
import { toolOutputs, type ScriptedModel } from '@x/responses'
import { describe, expect, test } from 'vitest'
import { openWorkshop, until } from './workshop.ts'

/** Thinks, plans, changes a file, runs a command and says so. */
const model: ScriptedModel = {
  respond(request) {
    switch (toolOutputs(request).length) {
      case 0:
        return [
          { think: '**Looking**\n\nIt is all there.' },
          { say: 'First a plan.' },
          {
            call: 'update_plan',
            arguments: { explanation: 'why', plan: [{ step: 'one', status: 'in_progress' }] },
          },
        ]
      case 1:
        return [
          { custom: 'apply_patch', input: '*** Begin Patch\n*** Add File: made\n+hello\n*** End Patch\n' },
        ]
      case 2:
        return [{ call: 'exec_command', arguments: { cmd: 'cat made; sleep 0.3', yield_time_ms: 9_000 } }]
      default:
        return [{ say: 'Done.' }]
    }
  },
}

/** All that a viewer sees of the turns, without the names of items, which a version may give anew. */
function seen({ turns, context }: ConversationState): unknown {
  return {
    context,
    turns: turns.map(({ id, status, plan, usage, items }) => ({
      id,
      status,
      plan,
      usage,
      items: items.map((item) => {
        const { id: _, ...rest } = item
        const { durationMs: __, ...shown } = rest as typeof rest & { durationMs?: number }
        return shown
      }),
    })),
  }
}

describe.each(CODEX_VERSIONS)('a history of Codex %s', (version) => {
  test('is after a re-attach, and after a new start, what was seen live', async () => {
    await using workshop = await openWorkshop(version, { model })
    const session = await workshop.open({ taskId: 'told', approvals: 'never' })
    await session.conversation.send('go').result
    await until(session.conversation, ({ turns }) =>
      turns[0]?.items.some((item) => item.type === 'command' && item.phase === 'done'),
    )
    const live = seen(session.conversation.state)
    await session.detach()
    const attached = await workshop.attach('told')
    await attached.ready
    expect(seen(attached.conversation.state)).toEqual(live)
    await attached.close()
    const resumed = await workshop.attach('told')
    await resumed.ready
    expect(seen(resumed.conversation.state)).toEqual(live)
    await resumed.close()
  })
})
