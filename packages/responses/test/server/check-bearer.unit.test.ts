import { expect, test } from 'vitest'

import { checkBearer } from '../../src/server/check-bearer.ts'

test.each([
  ['Bearer secret', true],
  ['bearer secret', true],
  ['Bearer  secret ', true],
  ['Bearer secre', false],
  ['Bearer secrett', false],
  ['Basic secret', false],
  ['secret', false],
  ['', false],
  [undefined, false],
])('%j', (header, accepted) => {
  expect(checkBearer(header, 'secret')).toBe(accepted)
})

test('without a key everybody is let in', () => {
  expect(checkBearer(undefined, undefined)).toBe(true)
})

test('a function decides, but not about a missing bearer', () => {
  const asked: string[] = []
  const check = (bearer: string) => asked.push(bearer) > 1
  expect([
    checkBearer(undefined, check),
    checkBearer('Bearer a', check),
    checkBearer('Bearer b', check),
  ]).toEqual([false, false, true])
  expect(asked).toEqual(['a', 'b'])
})
