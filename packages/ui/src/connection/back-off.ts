const FIRST_MS = 250
const MAX_MS = 5_000

/**
 * How long to wait before the next attempt, in milliseconds: doubling from 250 up to 5,000, spread at random, so that
 * many pages do not come back in step after their server restarts.
 */
export function backOffMs(attempt: number, random: () => number): number {
  const least = FIRST_MS * 2 ** Math.min(Math.max(attempt, 1) - 1, 10)
  return Math.min(MAX_MS, least * (1 + random()))
}
