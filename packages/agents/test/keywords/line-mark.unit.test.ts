import fc from 'fast-check'
import { expect, test } from 'vitest'
import { markOf, markOfEnd, MARKED_BYTES } from '../../src/keywords/line-mark.ts'

const line = fc
  .uint8Array({ maxLength: 600 })
  .map((bytes) => Buffer.from(bytes.filter((byte) => byte !== 0x0a)))
const text = fc
  .string({ unit: 'grapheme', maxLength: 300 })
  .map((said) => Buffer.from(said.replaceAll('\n', '')))

test('a line is known again by the bytes in front of where reading goes on', () => {
  fc.assert(
    fc.property(fc.oneof(line, text), fc.oneof(line, text), fc.boolean(), (before, last, isWhole) => {
      const end = Buffer.from(isWhole ? '\n' : '')
      fc.pre(isWhole || last.length > 0)
      const bytes = Buffer.concat([before, Buffer.from('\n'), last, end])
      expect(markOfEnd(bytes.subarray(-MARKED_BYTES))).toBe(markOf(last.toString('utf8')))
    }),
  )
})

test('another line is another one', () => {
  const lines = ['', 'a', 'b', 'STATUS: 1', 'STATUS: 2', 'x'.repeat(31), 'x'.repeat(32)]
  expect(new Set(lines.map(markOf)).size).toBe(lines.length)
  expect(markOf('a\r')).toBe(markOf('a'))
})
