import { expect, test } from 'vitest'
import { createSeededRandom } from '../src/seeded-random.ts'

test('the same seed gives the same numbers, and they fill their range', () => {
  const [one, other] = [createSeededRandom(17), createSeededRandom(17)]
  const numbers = Array.from({ length: 2_000 }, () => one.between(1, 6))
  expect(numbers).toEqual(Array.from({ length: 2_000 }, () => other.between(1, 6)))
  expect([...new Set(numbers)].sort()).toEqual([1, 2, 3, 4, 5, 6])
})

test('a shuffled list has the same members', () => {
  const list = [1, 2, 3, 4, 5]
  expect(createSeededRandom(3).shuffled(list).sort()).toEqual(list)
})
