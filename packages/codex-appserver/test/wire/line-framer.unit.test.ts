import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { LineFramer } from '../../src/wire/line-framer.ts'

function collect(maxLineBytes?: number): { framer: LineFramer; lines: string[]; issues: string[] } {
  const lines: string[] = []
  const issues: string[] = []
  const reader = {
    frame: (text: string) => void lines.push(text),
    unreadable: (start: string, issue: string) => void issues.push(`${issue}: ${start.slice(0, 10)}`),
  }
  return { framer: new LineFramer(reader, maxLineBytes), lines, issues }
}

/** Cuts at the given places, taken modulo the length, in whatever order they come. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const sorted = [...new Set(places.map((place) => place % (bytes.length + 1)))].sort(
    (one, other) => one - other,
  )
  return [0, ...sorted].map((start, index) => bytes.subarray(start, sorted[index] ?? bytes.length))
}

describe('LineFramer', () => {
  test('gives back every line whole, wherever the stream was cut', () => {
    const line = fc
      .string({ unit: 'grapheme', minLength: 1 })
      .filter((text) => !/\n/.test(text) && text.trim() !== '')
    fc.assert(
      fc.property(fc.array(line), fc.array(fc.nat()), (expected, places) => {
        const { framer, lines, issues } = collect()
        const bytes = Buffer.from(expected.map((text) => `${text}\n`).join(''))
        for (const chunk of cut(bytes, places)) framer.push(chunk)
        framer.end()
        expect(lines).toEqual(expected)
        expect(issues).toEqual([])
      }),
    )
  })

  test('leaves out blank lines and reports a last line without an end', () => {
    const { framer, lines, issues } = collect()
    framer.push(Buffer.from('{"a":1}\r\n\n  \n{"b"'))
    framer.end()
    expect(lines).toEqual(['{"a":1}\r'])
    expect(issues).toEqual(['a line without an end: {"b"'])
  })

  test('gives up a line beyond the limit and goes on with the next, wherever the stream was cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat()), fc.integer({ min: 11, max: 40 }), (places, length) => {
        const { framer, lines, issues } = collect(10)
        const bytes = Buffer.from(`0123456789\n${'x'.repeat(length)}\nnext\n`)
        for (const chunk of cut(bytes, places)) framer.push(chunk)
        expect(lines.filter((text) => !text.startsWith('x'))).toEqual(['0123456789', 'next'])
        // A line that lies whole in one chunk costs nothing to keep, so the limit does not apply to it.
        expect(issues.length + lines.length).toBe(3)
      }),
    )
  })

  test('takes a line of 16 MiB in small pieces in linear time', () => {
    const { framer, lines } = collect()
    const piece = Buffer.alloc(1_024, 'x')
    // Copying what was kept at every piece would move 128 GiB and run into the time limit of the test.
    for (let count = 0; count < 16 * 1_024; count += 1) framer.push(piece)
    framer.push(Buffer.from('\n'))
    expect(lines.map((text) => text.length)).toEqual([16 * 1_024 * 1_024])
  })
})
