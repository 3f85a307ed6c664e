import { expect, test } from 'vitest'
import { wholeWords } from '../../src/markdown/whole-words.ts'

test.each([
  ['two wor', 'two '],
  ['two words ', 'two words '],
  ['end.\n', 'end.\n'],
  ['wor', ''],
  ['', ''],
  [`see ${'x'.repeat(25)}`, `see ${'x'.repeat(25)}`],
])('%j shows as %j', (text, shown) => {
  expect(wholeWords(text)).toBe(shown)
})
