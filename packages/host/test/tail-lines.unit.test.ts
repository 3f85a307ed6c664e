import fc from 'fast-check'
import { expect, test } from 'vitest'
import { LineCutter } from '../src/tail-lines.ts'
import type { TailLine } from '../src/tail.ts'

const bytes = fc
  .uint8Array({ maxLength: 200 })
  .map((some) => Buffer.from(some.map((byte) => (byte % 4 === 0 ? 10 : byte))))

function cut(pieces: readonly Buffer[], maxLineBytes: number): readonly TailLine[] {
  const lines = new LineCutter(maxLineBytes)
  return pieces.flatMap((piece) => lines.add(piece))
}

test('any split of the bytes gives the same lines', () => {
  fc.assert(
    fc.property(bytes, fc.array(fc.nat(200)), fc.integer({ min: 0, max: 50 }), (all, cuts, maxLineBytes) => {
      const borders = [0, ...cuts.map((at) => Math.min(at, all.length)).sort((a, b) => a - b), all.length]
      const pieces = borders.slice(1).map((end, index) => all.subarray(borders[index], end))
      expect(cut(pieces, maxLineBytes)).toEqual(cut([all], maxLineBytes))
    }),
  )
})

test('lines and offsets are those of the text, and any of them can be gone on from', () => {
  fc.assert(
    fc.property(bytes, (all) => {
      const lines = cut([all], 1_000)
      const ends = [...all.keys()].filter((at) => all[at] === 10).map((at) => at + 1)
      expect(lines.map(({ offset }) => offset)).toEqual(ends)
      for (const [index, end] of ends.entries()) {
        const rest = new LineCutter(1_000)
        rest.goTo(end)
        expect(rest.add(all.subarray(end))).toEqual(lines.slice(index + 1))
      }
    }),
  )
})

test('long stretches of plain lines are cut as short ones are', () => {
  const line = fc.oneof(
    { weight: 8, arbitrary: fc.string({ unit: 'binary-ascii', maxLength: 300 }) },
    fc.constantFrom('', '\r', 'x\r', 'é', '\ufeff', 'x'.repeat(5_000)),
  )
  const lines = fc.array(line, { minLength: 20, maxLength: 120 })
  fc.assert(
    fc.property(lines, fc.integer({ min: 4_000, max: 5_000 }), fc.nat(3_000), (some, maxLineBytes, first) => {
      const all = Buffer.from(some.map((text) => `${text.replaceAll('\n', '')}\n`).join(''))
      const short = [...all].map((_byte, at) => all.subarray(at, at + 1))
      const expected = cut(short, maxLineBytes)
      expect(cut([all], maxLineBytes)).toEqual(expected)
      expect(cut([all.subarray(0, first), all.subarray(first)], maxLineBytes)).toEqual(expected)
    }),
    { numRuns: 30 },
  )
})

test('a piece whose memory is used again changes nothing', () => {
  const piece = Buffer.from('half')
  const lines = new LineCutter(100)
  expect(lines.add(piece)).toEqual([])
  piece.fill('x')
  expect(lines.add(Buffer.from('\n'))).toEqual([{ line: 'half', offset: 5 }])
})

test('a restart forgets the unfinished line, and the next one says so', () => {
  const lines = new LineCutter(100)
  lines.goTo(40)
  expect(lines.add(Buffer.from('a\nhalf'))).toEqual([{ line: 'a', offset: 42 }])
  lines.restart()
  expect(lines.add(Buffer.from('new\nnext\n'))).toEqual([
    { line: 'new', offset: 4, truncated: true },
    { line: 'next', offset: 9 },
  ])
})
