import fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseGlobPath, type GlobPath } from '../src/glob-path.ts'

function matches(pattern: string, path: string): boolean {
  const names = path.split('/')
  let at: GlobPath | undefined = parseGlobPath(pattern)
  for (const name of names.slice(0, -1)) at = at?.enter(name).below
  return at?.enter(names.at(-1) ?? '').isMatch ?? false
}

test.each([
  ['*', 'a', true],
  ['*', 'a/b', false],
  ['a/*', 'a/b', true],
  ['**', 'a', true],
  ['**', 'a/b/c', true],
  ['**/c', 'c', true],
  ['**/c', 'a/b/c', true],
  ['a/**/c', 'a/c', true],
  ['a/**/c', 'b/c', false],
  ['**/**/c', 'a/c', true],
  ['**/a/**/b', 'a/a/b/a/b', true],
  ['a**', 'a/b', false],
  ['*', '.a', false],
  ['**', '.a/b', false],
  ['.*/b', '.a/b', true],
  ['[.]a', '.a', false],
])('%s and %s: %s', (pattern, path, expected) => {
  expect(matches(pattern, path)).toBe(expected)
})

test('`**` is found however deep it is, and costs no more the more of them there are', () => {
  const names = fc.array(fc.stringMatching(/^[a-c]{1,3}$/), { minLength: 1, maxLength: 30 })
  fc.assert(
    fc.property(names, fc.integer({ min: 1, max: 20 }), (path, depth) => {
      const last = path.at(-1) ?? ''
      expect(matches(`${'**/'.repeat(depth)}${last}`, path.join('/'))).toBe(true)
      expect(matches(`${'**/'.repeat(depth)}d`, path.join('/'))).toBe(false)
    }),
  )
})

test.each(['', '/', '/a', 'a/', 'a//b', '.', '..', 'a/..', './a', 'a\0'])('%j is refused', (pattern) => {
  expect(() => parseGlobPath(pattern)).toThrow(TypeError)
})
