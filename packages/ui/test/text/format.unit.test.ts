import { expect, test } from 'vitest'
import {
  formatAgo,
  formatCount,
  formatDuration,
  formatElapsed,
  formatUntil,
  plural,
} from '../../src/text/format.ts'

const MINUTE = 60_000

test.each([
  [0, '0 ms'],
  [12, '12 ms'],
  [340, '0.3 s'],
  [3_480, '3.5 s'],
  [9_960, '10 s'],
  [59_400, '59 s'],
  [59_700, '1 m 00 s'],
  [184_000, '3 m 04 s'],
  [125 * MINUTE, '2 h 05 m'],
  [-5, '0 ms'],
])('%i ms is %s', (ms, text) => {
  expect(formatDuration(ms)).toBe(text)
})

test.each([
  [-100, '0 s'],
  [900, '0 s'],
  [12_900, '12 s'],
  [64_000, '1 m 04 s'],
])('what has been going on for %i ms: %s', (ms, text) => {
  expect(formatElapsed(ms)).toBe(text)
})

test.each([
  [-MINUTE, 'just now'],
  [59_000, 'just now'],
  [3 * MINUTE, '3 m ago'],
  [150 * MINUTE, '2 h ago'],
  [50 * 60 * MINUTE, '2 d ago'],
])('%i ms ago is %s', (past, text) => {
  expect(formatAgo(1_800_000_000_000 - past, 1_800_000_000_000)).toBe(text)
})

test('after a week the day itself is said', () => {
  expect(formatAgo(Date.UTC(2026, 0, 5, 12), Date.UTC(2026, 1, 5))).toContain('2026')
})

test.each([
  [840, '840'],
  [12_340, '12.3 k'],
  [456_700, '457 k'],
  [999_960, '1.0 M'],
  [4_100_000, '4.1 M'],
])('%i is %s', (count, text) => {
  expect(formatCount(count)).toBe(text)
})

test('nouns are counted', () => {
  expect(plural(1, 'file')).toBe('1 file')
  expect(plural(1_200, 'more line')).toBe('1,200 more lines')
})

test.each([
  [-1, 'now'],
  [30_000, 'in 1 m'],
  [59 * MINUTE, 'in 59 m'],
  [90 * MINUTE, 'in 2 h'],
  [3 * 24 * 60 * MINUTE, 'in 3 d'],
])('%i ms from now is %s', (ms, text) => {
  expect(formatUntil(1_000_000 + ms, 1_000_000)).toBe(text)
})
