import { expect, test } from 'vitest'

import { fitsCondition, toExpression, type ScriptCondition } from '../../src/script/condition.ts'
import { call, mustParse, output, readFixture, requestWith, user } from '../read-fixture.ts'

const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' }
const plain = requestWith('codex-0.169.0', user('one'), user('two'))
const ran = requestWith('codex-0.169.0', user('run'), call('a', 'ls'), output('a', 'made.txt'))
const seen = requestWith('codex-0.169.0', {
  type: 'message',
  role: 'user',
  content: [
    { type: 'input_text', text: 'look' },
    { type: 'input_text', text: '<image name=[Image #1] path="/a.png">' },
    image,
  ],
})

/** A request with Codex's metadata about the turn, which is JSON in a string. */
function withMetadata(turn: Readonly<Record<string, unknown>>, more: Readonly<Record<string, unknown>> = {}) {
  return mustParse({
    ...readFixture('codex-0.169.0'),
    client_metadata: { 'x-codex-turn-metadata': JSON.stringify(turn) },
    ...more,
  })
}

const older = withMetadata({ thread_id: 'b', parent_thread_id: 'a', agent_name: '/root' })
const newer = withMetadata({ thread_id: 'b', parent_thread_id: 'a', agent_name: '/root/helper' })

test.each<[ScriptCondition, typeof plain, boolean]>([
  [{}, plain, true],
  [{ text: '^t' }, plain, true],
  [{ text: '/^T/i' }, plain, true],
  [{ text: 'one' }, plain, false],
  [{ turn: 2 }, plain, true],
  [{ turn: 1 }, plain, false],
  [{ calls: 0 }, plain, true],
  [{ calls: 1, afterCall: 'exec_command', output: 'made' }, ran, true],
  [{ afterCall: 'update_plan' }, ran, false],
  [{ output: 'nothing' }, ran, false],
  [{ output: '' }, plain, false],
  [{ images: 1, text: '^look$' }, seen, true],
  [{ images: 0 }, plain, true],
  [{ agent: 'main' }, plain, true],
  [{ agent: 'sub' }, plain, false],
  [{ agent: 'main' }, older, false],
  [{ agent: 'sub' }, older, true],
  [{ agent: 'helper' }, older, false],
  [{ agent: 'sub' }, newer, true],
  [{ agent: 'helper' }, newer, true],
  [{ agent: 'other' }, newer, false],
  [{ purpose: 'turn' }, plain, true],
  [{ purpose: 'compaction' }, withMetadata({ request_kind: 'compaction' }), true],
  [{ purpose: 'compaction' }, requestWith('codex-0.169.0', { type: 'compaction_trigger' }), true],
  [{ purpose: 'other' }, withMetadata({ request_kind: 'dream' }), true],
  [{ schema: false }, plain, true],
  [
    { schema: true },
    withMetadata({}, { text: { format: { type: 'json_schema', name: 'n', schema: {} } } }),
    true,
  ],
  [{ model: '^gpt' }, plain, true],
  [{ model: '^gpt', text: 'one' }, plain, false],
])('%j', (condition, request, fits) => {
  expect(fitsCondition(condition, request)).toBe(fits)
})

test('an expression that is none is refused', () => {
  expect(() => toExpression('(')).toThrow(SyntaxError)
})
