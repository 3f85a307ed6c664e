import fc from 'fast-check'
import { expect, test } from 'vitest'
import { type CutLine, cutLines } from '../../src/keywords/cut-lines.ts'

const START = 100

function* piecesOf(content: Uint8Array, sizes: readonly number[]): Generator<Uint8Array, void> {
  let at = 0
  for (let index = 0; at < content.length; index += 1) {
    const size = sizes[index % sizes.length] ?? 1
    yield content.subarray(at, at + size)
    at += size
  }
}

async function cut(
  content: Uint8Array,
  sizes: readonly number[],
  maxBytes: number,
): Promise<readonly CutLine[]> {
  const pieces = (async function* () {
    yield* piecesOf(content, sizes)
  })()
  const lines: CutLine[] = []
  for await (const together of cutLines(pieces, START, maxBytes)) lines.push(...together)
  return lines
}

test('every byte belongs to one line, whatever pieces it comes in', async () => {
  const byte = fc.oneof(fc.constantFrom(0x0a, 0x0d, 0x41, 0xff), fc.nat(255))
  const content = fc.array(byte, { maxLength: 60 }).map((bytes) => Buffer.from(bytes))
  const sizes = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 4 })
  await fc.assert(
    fc.asyncProperty(content, sizes, fc.integer({ min: 1, max: 12 }), async (bytes, pieces, maxBytes) => {
      const lines = await cut(bytes, pieces, maxBytes)
      let start = START
      for (const { line, next, isCut } of lines) {
        const whole = bytes.subarray(start - START, next - START)
        const text = whole.at(-1) === 0x0a ? whole.subarray(0, -1) : whole
        expect(text.includes(0x0a)).toBe(false)
        expect(line).toBe(text.subarray(0, maxBytes).toString('utf8'))
        expect(isCut).toBe(text.length > maxBytes)
        start = next
      }
      expect(start).toBe(START + bytes.length)
      const ended = bytes.filter((value) => value === 0x0a).length
      expect(lines).toHaveLength(ended + (bytes.length > 0 && bytes.at(-1) !== 0x0a ? 1 : 0))
    }),
  )
})
