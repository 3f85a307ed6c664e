import { describe, expect, test } from 'vitest'
import { parseTarget } from '../../src/ssh/parse-target.ts'

describe('a target', () => {
  test.each([
    ['worker', { user: undefined, host: 'worker', port: undefined }],
    ['me@worker', { user: 'me', host: 'worker', port: undefined }],
    ['me@worker:2222', { user: 'me', host: 'worker', port: 2222 }],
    ['worker:65535', { user: undefined, host: 'worker', port: 65_535 }],
    ['ssh://me@worker:22/', { user: 'me', host: 'worker', port: 22 }],
    ['SSH://worker', { user: undefined, host: 'worker', port: undefined }],
    ['me@[::1]:22', { user: 'me', host: '::1', port: 22 }],
    ['[fe80::1%eth0]', { user: undefined, host: 'fe80::1%eth0', port: undefined }],
    ['me@::1', { user: 'me', host: '::1', port: undefined }],
    ['me.x+y@worker.example', { user: 'me.x+y', host: 'worker.example', port: undefined }],
  ])('%s is read', (text, expected) => {
    expect(parseTarget(text)).toEqual(expected)
  })

  test.each([
    '',
    '@worker',
    'me@',
    'me@worker:0',
    'me@worker:65536',
    'me@worker:x',
    'me@worker:',
    'me@-oProxyCommand=x',
    '-me@worker',
    'me@wor ker',
    'me@worker\n',
    'ssh://me@worker/path',
    'me@[::1',
    undefined,
    7,
  ])('%j is a TypeError', (text) => {
    expect(() => parseTarget(text)).toThrow(TypeError)
  })

  test('a password is refused and not repeated', () => {
    expect(() => parseTarget('ssh://me:hunter2@worker')).toThrow(/^expected a target without a password/)
    expect(() => parseTarget('me:hunter2@worker')).not.toThrow(/hunter2/)
  })
})
