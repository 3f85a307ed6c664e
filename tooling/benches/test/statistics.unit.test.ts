import { describe, expect, test } from 'vitest'
import { alternate } from '../src/alternate.ts'
import { median, pairedRatio, percentile, rounded, spread } from '../src/statistics.ts'

describe('the middle', () => {
  test.each([
    [[3], 3],
    [[5, 1, 3], 3],
    [[4, 1, 3, 2], 2.5],
    [[1, 1, 1, 100], 1],
  ])('of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle)
  })

  test('of nothing is no number', () => {
    expect(() => median([])).toThrow(RangeError)
  })
})

describe('the ratio of pairs', () => {
  test('is not moved by a while in which the machine was slow', () => {
    const [ours, peer] = [
      [9, 9, 90, 90, 90],
      [10, 10, 10, 100, 100],
    ]
    expect(pairedRatio(ours, peer)).toBe(0.9)
    expect(median(ours) / median(peer)).toBe(9)
  })

  test('needs pairs', () => {
    expect(() => pairedRatio([1], [1, 2])).toThrow(RangeError)
    expect(() => pairedRatio([], [])).toThrow(RangeError)
  })
})

test('a percentile is a value that was measured', () => {
  expect(percentile([5, 1, 4, 2, 3], 95)).toBe(5)
  expect(percentile([5, 1, 4, 2, 3], 50)).toBe(3)
  expect(() => percentile([], 95)).toThrow(RangeError)
})

test('a spread tells the middle and both ends', () => {
  expect(spread([0.3, 0.1, 0.20004], 's')).toBe('0.2 s (0.1 to 0.3)')
  expect(rounded(1.23456)).toBe(1.235)
})

test('the sides take turns, after a pair that does not count', async () => {
  const order: string[] = []
  const side = (name: string) => async () => {
    order.push(name)
    return order.length
  }
  const { a, b } = await alternate(4, side('A'), side('B'))
  expect(order.join(' ')).toBe('A B A B B A A B B A')
  expect([a.length, b.length]).toEqual([4, 4])
  expect([...a, ...b]).not.toContain(1)
})
