import { expect, test } from 'vitest'

import { parseWish } from '../../src/chat/wish.ts'

test.each([
  ['hello', { kind: 'talk' }],
  ['', { kind: 'talk' }],
  ['help', { kind: 'help' }],
  ['Help!', { kind: 'help' }],
  ['can you help me', { kind: 'talk' }],
  ['md', { kind: 'markdown' }],
  ['slow', { kind: 'slow', seconds: 8 }],
  ['slow: 20', { kind: 'slow', seconds: 20 }],
  ['slow:0', { kind: 'slow', seconds: 1 }],
  ['slow: 999999', { kind: 'slow', seconds: 3600 }],
  ['slow down please', { kind: 'talk' }],
  ['count: 10', { kind: 'count', upTo: 10 }],
  ['count: 99999999999', { kind: 'count', upTo: 200_000 }],
  ['fail', { kind: 'fail', status: undefined }],
  ['fail: 503', { kind: 'fail', status: 503 }],
  ['fail: 200', { kind: 'fail', status: undefined }],
  ['plan', { kind: 'act', act: 'plan' }],
  ['Reason.', { kind: 'act', act: 'think' }],
  ['images?', { kind: 'act', act: 'images' }],
  ['plan the week', { kind: 'talk' }],
  ['flood', { kind: 'flood', deltas: 10_000 }],
  ['flood: 7', { kind: 'flood', deltas: 7 }],
  ['flood: 99999999', { kind: 'flood', deltas: 1_000_000 }],
  ['net', { kind: 'run', commands: [expect.stringContaining('curl') as string] }],
  ['deny', { kind: 'run', commands: [expect.stringContaining('/usr/') as string] }],
  ['run: echo hi', { kind: 'run', commands: ['echo hi'] }],
  ['RUN:  ls | wc -l  ', { kind: 'run', commands: ['ls | wc -l'] }],
  ['first this\nrun: a\nthen\r\n  run: b\nslow', { kind: 'run', commands: ['a', 'b'] }],
  ['run:', { kind: 'talk' }],
  ['please\nslow: 2\nfail', { kind: 'slow', seconds: 2 }],
])('%j', (text, wish) => {
  expect(parseWish(text)).toEqual(wish)
})
