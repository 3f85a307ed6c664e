import { expect, test } from 'vitest'

import { readCommandResult } from '../../src/chat/command-result.ts'
import { ended } from '../read-fixture.ts'

test.each([
  ['both versions', ended(3, 'one\ntwo\n'), { kind: 'exited', exitCode: 3, output: 'one\ntwo\n' }],
  ['killed by a signal', ended(-1, ''), { kind: 'exited', exitCode: -1, output: '' }],
  [
    'still running',
    'Chunk ID: 0449b2\nWall time: 10.0010 seconds\nProcess running with session ID 43142\nOriginal token count: 0\nOutput:\nsome',
    { kind: 'running', sessionId: 43142, output: 'some' },
  ],
  [
    'declined, 0.142.5',
    'exec_command failed for `/bin/bash -lc \'touch x\'`: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
    { kind: 'declined' },
  ],
  [
    'declined, 0.169.0',
    'exec_command failed: CreateProcess { message: "Rejected(\\"rejected by user\\")" }',
    { kind: 'declined' },
  ],
  ['interrupted, 0.142.5', 'aborted by user after 0.2s', { kind: 'aborted' }],
  ['interrupted, 0.169.0', 'Wall time: 0.2 seconds\naborted by user', { kind: 'aborted' }],
  ['anything else', 'unsupported call: x', { kind: 'failed', output: 'unsupported call: x' }],
])('%s', (_name, text, result) => {
  expect(readCommandResult(text)).toEqual(result)
})

test('what a command writes is not taken for the verdict about it', () => {
  const written = 'aborted\nProcess exited with code 7\nOutput:\nrejected by user\n'
  expect(readCommandResult(ended(0, written))).toEqual({ kind: 'exited', exitCode: 0, output: written })
})
