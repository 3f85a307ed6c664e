import fc from 'fast-check'
import { expect, test } from 'vitest'
import { tailOf } from '../../src/text/tail-of.ts'

test('keeps whole lines from the end', () => {
  expect(tailOf('one\ntwo\nthree\n', 10)).toEqual({ tail: 'three\n', before: 8 })
  expect(tailOf('short', 10)).toEqual({ tail: 'short', before: 0 })
})

test('cuts one endless line where it must, never through a character', () => {
  expect(tailOf('abcdef', 3)).toEqual({ tail: 'def', before: 3 })
  expect(tailOf('a🙂b', 2)).toEqual({ tail: 'b', before: 3 })
})

test('loses nothing but the beginning', () => {
  fc.assert(
    fc.property(fc.string(), fc.integer({ min: 1, max: 20 }), (text, most) => {
      const { tail, before } = tailOf(text, most)
      expect(tail).toBe(text.slice(before))
      expect(tail.length).toBeLessThanOrEqual(most)
    }),
  )
})
