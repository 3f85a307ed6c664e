import { expect, test } from 'vitest'
import { countDiff, diffLines } from '../../src/text/count-diff.ts'

test('counts the lines of a unified diff, not the names above it', () => {
  const diff = '--- a/x\n+++ b/x\n@@ -1,2 +1,3 @@\n same\n-old\n+new\n+newer\n'
  expect(countDiff({ path: 'x', kind: 'update', diff })).toEqual({ added: 2, removed: 1 })
  expect(diffLines({ path: 'x', kind: 'update', diff })[0]).toEqual({ kind: 'hunk', text: '@@ -1,2 +1,3 @@' })
})

test('a removed line that begins with dashes is a line', () => {
  const diff = '@@ -1,2 +1 @@\n--- comment\n same\n'
  expect(countDiff({ path: 'x', kind: 'update', diff })).toEqual({ added: 0, removed: 1 })
})

test('the content of a new or deleted file counts as a whole', () => {
  expect(countDiff({ path: 'x', kind: 'add', diff: 'a\nb\n' })).toEqual({ added: 2, removed: 0 })
  expect(countDiff({ path: 'x', kind: 'delete', diff: '- a\n+ b\n' })).toEqual({ added: 0, removed: 2 })
  expect(countDiff({ path: 'x', kind: 'add', diff: '' })).toEqual({ added: 0, removed: 0 })
})

test('a new file that comes as a diff is counted as one', () => {
  expect(countDiff({ path: 'x', kind: 'add', diff: '@@ -0,0 +1 @@\n+a\n' })).toEqual({ added: 1, removed: 0 })
})
