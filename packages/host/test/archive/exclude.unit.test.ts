import { cpuTime } from '@x/vitest/cpu-time'
import { expect, test } from 'vitest'
import { createExclude } from '../../src/archive/exclude.ts'

test.each([
  ['*.pyc', 'a.pyc', true],
  ['*.pyc', 'd/e/a.pyc', true],
  ['/*.pyc', 'd/a.pyc', false],
  ['.git', '.git', true],
  ['.git', 'd/.git', true],
  ['.git', '.gitignore', false],
  ['d/*.c', 'd/a.c', true],
  ['d/*.c', 'd/e/a.c', false],
  ['d/*.c', 'x/d/a.c', false],
  ['d/**/a', 'd/a', true],
  ['d/**/a', 'd/x/y/a', true],
  ['**/a', 'x/a', true],
  ['d/**', 'd/x', true],
  ['d/**', 'd', false],
  ['a?c', 'a/c', false],
  ['a?c', 'a\xc3\xa9c', true],
  ['[!a]x', 'bx', true],
  ['build/', 'build', false],
  ['*', 'anything\nat all', true],
])('%j and %j: %s', (pattern, path, isExcluded) => {
  expect(createExclude([pattern])(path, 'other')).toBe(isExcluded)
})

test('a slash behind a pattern fits directories only, and all that they hold', () => {
  const exclude = createExclude(['build/'])
  expect(exclude('build', 'directory')).toBe(true)
  expect(exclude('build/x', 'other')).toBe(true)
  expect(exclude('src/build', 'other')).toBe(false)
})

test('the last pattern decides, but not below a directory that is left out', () => {
  const exclude = createExclude(['*.log', '!keep.log', 'tmp'])
  expect(exclude('a.log', 'other')).toBe(true)
  expect(exclude('d/keep.log', 'other')).toBe(false)
  expect(exclude('tmp', 'directory')).toBe(true)
  expect(exclude('tmp/keep.log', 'other')).toBe(true)
})

test('nothing is left out without a pattern', () => {
  expect(createExclude([])('a', 'other')).toBe(false)
})

test('no pattern makes it slow', () => {
  const exclude = createExclude(['*a*a*a*a*a*a*a*a*b', '**/x/**/x/**/x/**/y'])
  const took = cpuTime(() => {
    expect(exclude('a'.repeat(255), 'other')).toBe(false)
    expect(exclude('x/'.repeat(1_000) + 'z', 'other')).toBe(false)
  })
  expect(took).toBeLessThan(1_000)
})

test.each(['', '/', '!', '!/'])('%j is no pattern', (pattern) => {
  expect(() => createExclude([pattern])).toThrow(TypeError)
})
