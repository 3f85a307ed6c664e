import fc from 'fast-check'
import { expect, test } from 'vitest'
import { HeaderBuffer } from '../../src/archive/header-buffer.ts'
import { PassedOutput } from '../../src/archive/passed-output.ts'

const step = fc.record({
  kind: fc.constantFrom('keep', 'drop', 'replace', 'blank', 'add'),
  size: fc.integer({ min: 0, max: 40 }),
})

test('what is passed on comes out in its order, whatever came before or between', () => {
  fc.assert(
    fc.property(fc.array(fc.array(step, { maxLength: 12 }), { maxLength: 4 }), (chunks) => {
      const output = new PassedOutput()
      const expected: Buffer[] = []
      const got: Buffer[] = []
      for (const steps of chunks) {
        const chunk = Buffer.from(Array.from({ length: 40 * 12 }, (_, index) => index % 251))
        output.begin(chunk)
        let at = 0
        for (const { kind, size } of steps) {
          const own = Buffer.alloc(size, 'x')
          if (kind === 'keep') expected.push(Buffer.from(chunk.subarray(at, at + size)))
          else if (kind === 'blank') expected.push(Buffer.alloc(size))
          else if (kind !== 'drop') expected.push(own)
          if (kind === 'keep') output.keep(at, at + size)
          else if (kind === 'blank') output.blank(at, at + size)
          else if (kind === 'replace') output.replace(at, own)
          else if (kind === 'add') output.add(own)
          if (kind !== 'add') at += size
        }
        got.push(...output.take())
      }
      expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true)
      expect(output.total).toBe(Buffer.concat(expected).length)
    }),
  )
})

test('what stands together in a chunk is one piece of it', () => {
  const output = new PassedOutput()
  const chunk = Buffer.from('headbodypad..rest')
  output.begin(chunk)
  output.replace(0, Buffer.from('HEAD'))
  output.keep(4, 8)
  output.blank(8, 11)
  output.keep(13, 17)
  const pieces = output.take()
  expect(pieces.map(String)).toEqual(['HEADbody\0\0\0', 'rest'])
  expect(pieces[0]?.buffer).toBe(chunk.buffer)
})

test('a header buffer grows, and begins again', () => {
  const headers = new HeaderBuffer()
  headers.add(Buffer.from('ab'))
  const at = headers.grow(20_000)
  headers.bytes.fill('c', at, at + 20_000)
  expect(headers.written.toString()).toBe(`ab${'c'.repeat(20_000)}`)
  headers.clear()
  headers.add(Buffer.from('d'))
  expect([headers.written.toString(), headers.length]).toEqual(['d', 1])
})
