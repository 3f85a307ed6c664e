import { expect, test } from 'vitest'
import { revealHidden } from '../../src/text/reveal-hidden.ts'

test.each([
  ['rm -rf /\u202e txt.', 'rm -rf /‹U+202E› txt.'],
  ['a\u200bb\ufeffc', 'a‹U+200B›b‹U+FEFF›c'],
  ['echo hi\rrm x', 'echo hi‹U+000D›rm x'],
  ['\u001b[8mhidden', '‹U+001B›[8mhidden'],
  ['a\u{e0041}b', 'a‹U+E0041›b'],
  ['two\nlines\tand ünïcödé 日本 🙂', 'two\nlines\tand ünïcödé 日本 🙂'],
])('%j is seen as %j', (text, seen) => {
  expect(revealHidden(text)).toBe(seen)
})
