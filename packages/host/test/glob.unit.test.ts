import fc from 'fast-check'
import { cpuTime } from '@x/vitest/cpu-time'
import { expect, test } from 'vitest'
import { createGlob, isLiteralGlob } from '../src/glob.ts'

test.each([
  ['*', '', true],
  ['*_API_KEY', 'OPENAI_API_KEY', true],
  ['*_API_KEY', 'OPENAI_API_KEYS', false],
  ['*_api_key', 'OPENAI_API_KEY', false],
  ['a?c', 'a😀c', true],
  ['a?c', 'ac', false],
  ['[a-c]x', 'bx', true],
  ['[!a-c]x', 'bx', false],
  ['[^a-c]x', 'dx', true],
  ['[]x]', ']', true],
  ['[a-]', '-', true],
  ['a[', 'a[', true],
  ['\\*', '*', true],
  ['\\*', 'x', false],
  ['a.c', 'abc', false],
  ['*a*b*', 'xxaxxbxx', true],
  ['*a*b*', 'xxbxxaxx', false],
])('%s and %s: %s', (pattern, name, expected) => {
  expect(createGlob(pattern)(name)).toBe(expected)
})

test('a pattern made to be slow is not', () => {
  const glob = createGlob(`${'*a'.repeat(200)}b`)
  expect(cpuTime(() => expect(glob('a'.repeat(20_000))).toBe(false))).toBeLessThan(2_000)
})

test('stars find whatever is put in their place', () => {
  const name = fc.string({
    unit: fc.constantFrom('a', 'b', '*', '?', '[', ']', '\\', '\n', '€', '😀'),
    maxLength: 20,
  })
  fc.assert(
    fc.property(fc.array(name, { minLength: 1 }), fc.array(name), (literals, fillings) => {
      const quoted = literals.map((part) => part.replaceAll(/[\\*?[]/g, '\\$&'))
      const filled = literals.map(
        (part, index) => part + (index < literals.length - 1 ? (fillings[index] ?? '') : ''),
      )
      expect(createGlob(quoted.join('*'))(filled.join(''))).toBe(true)
    }),
  )
})

test('what is literal is told', () => {
  expect(['a.b', 'a*', 'a?', '[', '\\'].map(isLiteralGlob)).toEqual([true, false, false, false, false])
})
