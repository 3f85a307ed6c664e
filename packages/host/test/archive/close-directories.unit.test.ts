import { expect, test } from 'vitest'
import { chmodRuns } from '../../src/archive/close-directories.ts'

test('the right to search goes last, and in the depths first, whatever the other modes are', () => {
  const modes = new Map([
    ['', 0o555],
    ['a', 0o000],
    ['a/b', 0o500],
    ['a/b/c', 0o600],
    ['d', 0o500],
  ])
  expect(chmodRuns(modes)).toEqual([
    { mode: '100', paths: ['a'] },
    { mode: '500', paths: ['a/b', 'd'] },
    { mode: '700', paths: ['a/b/c'] },
    { mode: 'u-x', paths: ['a/b/c', 'a'] },
  ])
  expect(chmodRuns(new Map([['', 0o000]]))).toEqual([])
})

test('a hundred thousand directories need no more runs than there are modes', () => {
  const paths = Array.from({ length: 100_000 }, (_, index) => `d${index}`)
  const runs = chmodRuns(new Map(paths.map((path) => [path, 0])))
  expect(runs.map(({ mode, paths: { length } }) => [mode, length])).toEqual([
    ['100', 100_000],
    ['u-x', 100_000],
  ])
})
