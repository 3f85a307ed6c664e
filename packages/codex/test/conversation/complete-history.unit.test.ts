import type { Turn } from '@x/agents/conversation'
import { describe, expect, test } from 'vitest'
import { completeHistory } from '../../src/conversation/complete-history.ts'
import type { RolloutEntry } from '../../src/conversation/parse-rollout.ts'

const said: Turn['items'][number] = {
  type: 'user-message',
  id: 'u',
  phase: 'done',
  text: 'run: it',
  clientId: 'm',
}

function rollout(output: string): readonly RolloutEntry[] {
  return [
    { type: 'turn-began', turnId: 't' },
    { type: 'turn-context', cwd: '/work' },
    { type: 'call', callId: 'c', name: 'exec_command', arguments: { cmd: 'sleep 30' } },
    { type: 'call-answered', callId: 'c', output },
  ]
}

describe('a command that the history does not list', () => {
  // 0.169.0 leaves out a command that was interrupted: it was seen before, and must not vanish by a re-attach.
  test.each([
    ['interrupted', 'Wall time: 1.2 seconds\naborted by user', 'failed'],
    ['declined', 'exec_command failed: Rejected("rejected by user")', 'declined'],
  ])('and that was %s is shown after what the person said', (_how, output, status) => {
    const turns: Turn[] = [{ id: 't', status: 'interrupted', items: [said] }]
    expect(completeHistory(turns, rollout(output))).toMatchObject([
      { items: [{ id: 'u' }, { type: 'command', id: 'c', phase: 'done', command: 'sleep 30', status }] },
    ])
  })

  test('and that the sandbox refused stays as unseen as it was', () => {
    const turns: Turn[] = [{ id: 't', status: 'completed', items: [said] }]
    const refused = 'Process exited with code 1\nOutput:\ntouch: Read-only file system\n'
    expect(completeHistory(turns, rollout(refused))).toMatchObject([{ items: [{ id: 'u' }] }])
  })
})
