import fc from 'fast-check'
import { expect, test } from 'vitest'
import { MOST_GROWTH_BYTES, OutputBuffer } from '../../src/archive/output-buffer.ts'

test('what is added comes out in its order, also when what came out is used again', () => {
  const step = fc.oneof(
    fc.record({ kind: fc.constant('add'), size: fc.integer({ min: 0, max: 400_000 }) }),
    fc.record({ kind: fc.constantFrom('grow', 'zeros'), size: fc.integer({ min: 1, max: 1_024 }) }),
    fc.record({ kind: fc.constant('take'), size: fc.nat(1) }),
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const output = new OutputBuffer()
      const expected: Buffer[] = []
      const got: Buffer[] = []
      const take = (everything: boolean): void => {
        for (const piece of output.take(everything)) {
          got.push(Buffer.from(piece))
          output.giveBack(piece)
        }
      }
      steps.forEach(({ kind, size }, index) => {
        const bytes = Buffer.alloc(size, kind === 'zeros' ? 0 : index + 1)
        if (kind === 'take') take(size === 1)
        else expected.push(bytes)
        if (kind === 'add') output.add(bytes)
        if (kind === 'zeros') output.addZeros(size)
        if (kind !== 'grow') return
        const at = output.grow(size)
        bytes.copy(output.slab, at)
      })
      take(true)
      expect(Buffer.concat(got).equals(Buffer.concat(expected))).toBe(true)
      expect(output.total).toBe(Buffer.concat(expected).length)
    }),
    { numRuns: 50 },
  )
})

test('a part of a buffer can be added, and as much grown as a slab holds', () => {
  const output = new OutputBuffer()
  output.add(Buffer.from('abcdef'), 2, 4)
  const at = output.grow(MOST_GROWTH_BYTES)
  output.slab.fill('x', at, at + MOST_GROWTH_BYTES)
  const [first, second, ...rest] = output.take(true)
  expect([first?.toString(), second?.length, rest.length]).toEqual(['cd', MOST_GROWTH_BYTES, 0])
})
