import { cpuTime } from '@x/vitest/cpu-time'
import { describe, expect, test } from 'vitest'
import { findDenial, withRefusal } from '../../src/conversation/find-denial.ts'
import type { Boundaries } from '../../src/posture/boundaries.ts'

const boundaries: Boundaries = {
  hidden: ['/tmp', '/state', '/home/me/.ssh'],
  open: ['/state/tasks/one/work', '/tmp/granted'],
  network: false,
}
const look = (output: string, more = {}): unknown =>
  findDenial({ output, cwd: '/state/tasks/one/work', exitCode: 1, ...more }, boundaries)

describe('what the sandbox denied', () => {
  test.each([
    ["touch: cannot touch '/outside/a': Read-only file system\n", '/outside/a'],
    ['mkdir: cannot create directory ‘/outside/d’: Read-only file system\n', '/outside/d'],
    ['/bin/bash: line 1: /outside/b: Read-only file system\n', '/outside/b'],
    ['/bin/sh: 1: cannot create /outside/b: Read-only file system\n', '/outside/b'],
    ["mv: cannot move 'a' to '/outside/a': Read-only file system\n", '/outside/a'],
    ["Error: EROFS: read-only file system, open '/outside/n'\n    at Object.writeFileSync\n", '/outside/n'],
    ["OSError: [Errno 30] Read-only file system: '/outside/n'\n", '/outside/n'],
    ["before\ntouch: cannot touch '../../../../outside/a': Read-only file system\n", '/outside/a'],
    ['tee: .git/config: Read-only file system\n', '/state/tasks/one/work/.git/config'],
    ["touch: cannot touch '/outside/with a space': Read-only file system\n", '/outside/with a space'],
  ])('%j: writing', (output, path) => {
    expect(look(output)).toEqual({ denied: 'write', path })
  })

  test.each([
    ["ls: cannot open directory '/tmp': Permission denied\n", { denied: 'read', path: '/tmp' }],
    ['/bin/bash: line 1: /tmp/foo: Permission denied\n', { denied: 'write', path: '/tmp/foo' }],
    [
      'cat: /home/me/.ssh/id_ed25519: Permission denied\n',
      { denied: 'read', path: '/home/me/.ssh/id_ed25519' },
    ],
  ])('%j: what is hidden', (output, denial) => {
    expect(look(output)).toEqual(denial)
  })

  test.each([
    'curl: (6) Could not resolve host: example.com\n',
    "fatal: unable to access 'http://example.com/x.git/': Could not resolve host: example.com\n",
    'EPERM connect EPERM 127.0.0.1:9 - Local (undefined:undefined)\n',
    'connect: Network is unreachable\n',
    'npm error code EAI_AGAIN\nnpm error getaddrinfo EAI_AGAIN registry.example\n',
  ])('%j: the network', (output) => {
    expect(look(output)).toEqual({ denied: 'network' })
    expect(findDenial({ output, cwd: '/', exitCode: 1 }, { ...boundaries, network: true })).toBeUndefined()
  })

  test.each([
    [
      'a command that succeeded',
      "touch: cannot touch '/outside/a': Read-only file system\n",
      { exitCode: 0 },
    ],
    [
      'one that was cut',
      "touch: cannot touch '/outside/a': Read-only file system\n",
      { exitCode: undefined },
    ],
    ['words without a place', 'Read-only file system\n', {}],
    ['a sentence', 'it said: the disk is a Read-only file system\n', {}],
    ['a place that the account may not write', "touch: cannot touch '/etc/hosts': Permission denied\n", {}],
    ['a place that was granted', "touch: cannot touch '/tmp/granted/a': Permission denied\n", {}],
    ['an ordinary failure', "ls: cannot access '/nonexistent': No such file or directory\n", {}],
    [
      'a server that is not there',
      "curl: (7) Failed to connect to 127.0.0.1 port 9 after 0 ms: Couldn't connect to server\n",
      {},
    ],
  ])('%s is none of it', (_name, output, more) => {
    expect(look(output, more)).toBeUndefined()
  })

  test('an endless output is looked at from its end only', () => {
    const denial = "touch: cannot touch '/outside/a': Read-only file system\n"
    expect(look(`${denial}${'x'.repeat(20_000)}\n`)).toBeUndefined()
    expect(look(`${'x'.repeat(20_000)}\n${denial}`)).toMatchObject({ path: '/outside/a' })
  })

  test('a command that failed is told why, and stays failed', () => {
    const item = {
      type: 'command',
      id: 'c',
      phase: 'done',
      command: 'touch /outside/a',
      cwd: '/work',
      status: 'failed',
      output: "touch: cannot touch '/outside/a': Read-only file system\n",
      outputDropped: 0,
      exitCode: 1,
    } as const
    expect(withRefusal(item, boundaries)).toEqual({
      ...item,
      refusal: { denied: 'write', path: '/outside/a' },
    })
    const fine = { ...item, status: 'completed', exitCode: 0 } as const
    expect(withRefusal(fine, boundaries)).toBe(fine)
  })

  test.each(['‘', "'", '`', '"', ': a', ' /', 'cannot open '])(
    'is looked for in time in many %j',
    (piece) => {
      const output = `${piece.repeat(16_384).slice(0, 16_300)}: permission denied`
      expect(cpuTime(() => look(output))).toBeLessThan(250)
    },
  )
})
