import { expect, test } from 'vitest'
import { parseGlobPath } from '../../src/glob-path.ts'
import { errnoOf, workerFileError } from '../../src/ssh/ssh-files-error.ts'
import { findArguments, isFound } from '../../src/ssh/ssh-files-glob.ts'
import { parseStat } from '../../src/ssh/parse-stat.ts'

const failed = (stderr: string) => ({ exitCode: 1, signal: null, stdout: Buffer.alloc(0), stderr })

test.each([
  ["stat: cannot statx '/a': No such file or directory\n", 'ENOENT', 'not-found'],
  ['sh: 9: cannot create /a/.x.tmp: Directory nonexistent\n', 'ENOENT', 'not-found'],
  ["dd: failed to open '/a': Permission denied\n", 'EACCES', 'permission-denied'],
  ['cat: write error: No space left on device\n', 'ENOSPC', 'no-space'],
  ["mkdir: cannot create directory '/a': File exists\n", 'EEXIST', 'already-exists'],
  ["find: '/a/.': Not a directory\n", 'ENOTDIR', 'not-a-directory'],
  ["mv: cannot move '/a' to '/b': Directory not empty\n", 'ENOTEMPTY', 'already-exists'],
  ["mv: cannot overwrite non-directory '/b' with directory '/a'\n", 'ENOTDIR', 'not-a-directory'],
  ["dd: error reading '/a': Input/output error\n0+0 records in\n", undefined, 'io'],
  ['', undefined, 'io'],
])('what a tool says has the code of the system: %j', (stderr, errno, code) => {
  expect(errnoOf(stderr)).toBe(errno)
  expect(workerFileError(failed(stderr), 'read', '/a')).toMatchObject({ name: 'HostError', code })
})

test('a path that reads like a complaint is none', () => {
  expect(errnoOf("rm: cannot remove '/: Not a directory': Permission denied\n")).toBe('EACCES')
  expect(errnoOf("find: '/: File exists/.': odd\n")).toBeUndefined()
})

test('the first complaint counts: what follows is its consequence', () => {
  const stderr =
    "mkdir: cannot create directory '/l': File exists\nmkdir: '/l/b': No such file or directory\n"
  expect(errnoOf(stderr)).toBe('EEXIST')
})

test('a stat has milliseconds and their fraction where the worker tells them', () => {
  const common = { type: 'file', size: 6, uid: 1000 }
  expect(parseStat('81a0 6 1000 1000 1000.123456789\n')).toEqual({
    ...common,
    mode: 0o640,
    modifiedMs: 1_000_123.456789,
  })
  expect(parseStat('89ed 6 1000 1000 %.9Y\n')).toEqual({ ...common, mode: 0o4755, modifiedMs: 1_000_000 })
  expect(parseStat('21b6 0 0 5 5.5\n')?.type).toBe('other')
  expect(parseStat('stat: usage')).toBeUndefined()
  expect(parseStat('')).toBeUndefined()
})

test('a search leaves out what cannot match, and nothing that can', () => {
  expect(findArguments('a/*.md')).toEqual([
    '-maxdepth',
    '2',
    '(',
    '-name',
    '.?*',
    '-prune',
    ')',
    '-o',
    '!',
    '(',
    '-path',
    './a',
    '-o',
    '-path',
    './a/*',
    ')',
    '-prune',
    '-o',
  ])
  expect(findArguments('.a/**/x')).toEqual([
    '!',
    '(',
    '-path',
    './.a',
    '-o',
    '-path',
    './.a/*',
    ')',
    '-prune',
    '-o',
  ])
  // The worker's patterns mean bytes: one character may be several.
  expect(findArguments('é?[x]')).toContain('./é*')
})

test('what was found is matched name by name', () => {
  const pattern = parseGlobPath('a/**/[x-y]?.md')
  expect(
    ['a/xé.md', 'a/b/c/y1.md', 'b/x1.md', 'a/x.md', 'a', 'a/.b/x1.md'].filter((name) =>
      isFound(pattern, name),
    ),
  ).toEqual(['a/xé.md', 'a/b/c/y1.md'])
})
