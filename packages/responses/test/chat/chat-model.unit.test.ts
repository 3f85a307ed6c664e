import { describe, expect, test } from 'vitest'

import { chatModel } from '../../src/chat/chat-model.ts'
import type { ModelRequest } from '../../src/model-request.ts'
import type { ModelStep } from '../../src/model-step.ts'
import {
  assistant,
  call,
  ended,
  FIXTURES,
  output,
  requestWith,
  user,
  type WireItem,
} from '../read-fixture.ts'

const RUNNING =
  'Wall time: 10.0 seconds\nProcess running with session ID 7\nOriginal token count: 0\nOutput:\nso far\n'
const ABORTED = user('<turn_aborted>\nThe user interrupted the previous turn on purpose.\n</turn_aborted>')
const SUMMARY = user('Another language model started to solve this problem. Summary: x')

function steps(request: ModelRequest): ModelStep[] {
  const answer = chatModel().respond(request, { signal: new AbortController().signal })
  return [...(answer as Iterable<ModelStep>)]
}

function said(request: ModelRequest): string {
  return steps(request)
    .flatMap((step) => ('say' in step ? [step.say] : 'summary' in step ? [step.summary] : []))
    .join('\n')
}

function commands(request: ModelRequest): unknown[] {
  return steps(request).flatMap((step) => ('call' in step ? [step.arguments['cmd'] ?? step.call] : []))
}

describe.each(FIXTURES)('the chat model with %s', (name) => {
  const after = (...items: readonly WireItem[]) => requestWith(name, ...items)

  test('answers words, counts the messages and says what it is', () => {
    const text = said(after(user('hello'), assistant('hi'), user('how are you')))
    expect(text).toContain('“how are you”')
    expect(text).toContain('2 messages')
    expect(text).toContain('offline')
    expect(text).toContain('`help`')
  })

  test('runs a command', () => {
    expect(steps(after(user('run: echo hi')))).toEqual([
      { call: 'exec_command', arguments: { cmd: 'echo hi', yield_time_ms: 10_000 } },
    ])
  })

  test('says what came back and runs the next one in the same answer', () => {
    const request = after(
      user('run: echo hi\nrun: false'),
      call('a', 'echo hi'),
      output('a', ended(0, 'hi\n')),
    )
    expect(said(request)).toBe('`echo hi` ended with exit code 0:\n\n```text\nhi\n```')
    expect(commands(request)).toEqual(['false'])
  })

  test('ends when all was run', () => {
    const request = after(
      user('run: a\nrun: b'),
      call('1', 'a'),
      output('1', ended(0, '')),
      assistant('`a` ended'),
      call('2', 'b'),
      output('2', ended(1, '')),
    )
    expect(steps(request)).toEqual([{ say: '`b` ended with exit code 1 and wrote nothing.' }])
  })

  test('says that the person declined and goes on', () => {
    const declined = 'exec_command failed: CreateProcess { message: "Rejected(\\"rejected by user\\")" }'
    const request = after(user('run: rm x\nrun: ls'), call('a', 'rm x'), output('a', declined))
    expect(said(request)).toContain('You declined `rm x`')
    expect(commands(request)).toEqual(['ls'])
  })

  test('waits for a command that takes long, and puts its pieces together', () => {
    const wait = { type: 'function_call', call_id: 'w', name: 'write_stdin', arguments: '{"session_id":7}' }
    const begun = [user('run: make'), call('a', 'make'), output('a', RUNNING)]
    expect(steps(after(...begun))).toEqual([
      { call: 'write_stdin', arguments: { session_id: 7, chars: '', yield_time_ms: 10_000 } },
    ])
    expect(said(after(...begun, wait, output('w', ended(0, 'the end\n'))))).toContain('so far\nthe end')
  })

  test('a message in the middle is answered after the news of the command, and pushes the rest aside', () => {
    const text = said(
      after(user('run: a\nrun: b'), call('1', 'a'), output('1', ended(0, 'x\n')), user('hello')),
    )
    expect(text).toMatch(/`a` ended with exit code 0[\s\S]*leave out `b`[\s\S]*“hello”/)
    expect(
      commands(after(user('run: a\nrun: b'), call('1', 'a'), output('1', ended(0, '')), user('hello'))),
    ).toEqual([])
  })

  test('a message is answered while an older command still runs', () => {
    const request = after(user('run: make'), call('a', 'make'), output('a', RUNNING), user('hello'))
    expect(said(request)).toMatch(/`make` is still running[\s\S]*“hello”/)
  })

  test('an interrupted turn is over', () => {
    const request = after(
      user('run: a\nrun: b'),
      call('1', 'a'),
      output('1', 'aborted by user after 0.2s'),
      ABORTED,
      user('hello'),
    )
    expect(said(request)).not.toMatch(/`a`|`b`/)
    expect(said(request)).toContain('“hello”')
  })

  test('a failed message is not tried again by the next one', () => {
    expect(steps(after(user('fail'), user('hello')))).toMatchObject([
      { say: expect.stringContaining('“hello”') as unknown },
    ])
  })

  test('the order to compact gets a summary, and the words after it an answer', () => {
    const order = user('You are performing a CONTEXT CHECKPOINT COMPACTION. Create a summary.')
    expect(
      said(after(user('run: a'), call('1', 'a'), output('1', ended(0, '')), assistant('ok'), order)),
    ).toContain('run: a')
    expect(said(after(user('run: a'), SUMMARY, user('hello')))).toContain('“hello”')
  })

  test('a turn that was compacted in the middle is not begun again', () => {
    const request = after(user('run: a\nrun: b'), SUMMARY)
    expect(commands(request)).toEqual([])
    expect(said(request)).toContain('compacted')
  })
})

test('without the tool it says so', () => {
  const request = { ...requestWith('codex-0.169.0', user('run: ls')), tools: [] }
  expect(said(request)).toContain('no `exec_command` tool')
})

test('slow takes the seconds it was asked for', () => {
  for (const seconds of [2, 8, 30]) {
    const [step] = steps(requestWith('codex-0.169.0', user(`slow: ${String(seconds)}`)))
    if (step === undefined || !('say' in step)) throw new Error('expected words')
    const deltas = step.say.match(/\S+/g)?.length ?? 0
    expect(deltas * (step.deltaMs ?? 0)).toBeCloseTo(seconds * 1000, 0)
    expect(step.say).toMatch(/^# .*[\s\S]*\n- .*[\s\S]*```/)
  }
})

test('count counts', () => {
  expect(said(requestWith('codex-0.169.0', user('count: 3')))).toBe('1\n2\n3\n')
})

test('fail fails, with or without a status', () => {
  expect(steps(requestWith('codex-0.169.0', user('fail: 503')))).toEqual([{ fail: { status: 503 } }])
  expect(steps(requestWith('codex-0.169.0', user('fail'))).at(-1)).toEqual({ fail: {} })
})

test('help names every command and md is Markdown', () => {
  const help = said(requestWith('codex-0.169.0', user('help')))
  for (const word of ['run:', 'slow', 'count:', 'md', 'fail', 'help']) expect(help).toContain(`\`${word}`)
  expect(said(requestWith('codex-0.169.0', user('md')))).toContain('```ts')
})
