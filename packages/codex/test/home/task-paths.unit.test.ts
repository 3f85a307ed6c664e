import path from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { taskPaths } from '../../src/home/task-paths.ts'

describe('taskPaths', () => {
  test.each([
    '',
    '.',
    '..',
    '...',
    '.hidden',
    '-flag',
    '_x',
    'a/b',
    '../a',
    'a/..',
    '/',
    'a\\b',
    'a b',
    'a\n',
    'a\0b',
    'ä',
    'a'.repeat(65),
    '%2e',
  ])('refuses the id %j', (taskId) => {
    expect(() => taskPaths('/state', taskId)).toThrow(
      expect.objectContaining({ name: 'ConfigError', field: 'taskId' }),
    )
  })

  test.each(['a', '0', 'a'.repeat(64), 'A.b_c-9', 'a..b'])('takes the id %j', (taskId) => {
    expect(taskPaths('/state', taskId).root).toBe(`/state/tasks/${taskId}`)
  })

  test('keeps every place of a task in its root, the socket beside it, and never mixes tasks', () => {
    const id = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/)
    fc.assert(
      fc.property(id, id, (one, other) => {
        const { root, socket, ...places } = taskPaths('/state', one)
        expect(path.posix.dirname(root)).toBe('/state/tasks')
        for (const place of Object.values(places)) expect(place.startsWith(`${root}/`)).toBe(true)
        expect(socket).toMatch(/^\/state\/s\/[0-9a-f]{16}\.sock$/)
        if (one !== other) expect(taskPaths('/state', other).socket).not.toBe(socket)
      }),
    )
  })

  test('keeps what only we may read away from where commands write', () => {
    const { work, home, codexHome, run, temporary } = taskPaths('/state', 'a')
    for (const place of [home, codexHome, run]) expect(place.startsWith(`${work}/`)).toBe(false)
    for (const place of [home, codexHome]) expect(place.startsWith(`${temporary}/`)).toBe(false)
  })

  test('refuses a state directory in which a socket would have too long a name', () => {
    // "/s/", 16 digits and ".sock" take 24 of 107 bytes.
    const longest = `/${'d'.repeat(82)}`
    expect(Buffer.byteLength(taskPaths(longest, 'a').socket)).toBe(107)
    const refusal = expect.objectContaining({ name: 'ConfigError', field: 'stateDir' })
    expect(() => taskPaths(`${longest}d`, 'a')).toThrow(refusal)
    expect(() => taskPaths(`/${'ä'.repeat(42)}`, 'a')).toThrow(refusal)
  })
})
