/** The middle one; of an even number the mean of the two in the middle. @throws RangeError for none */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((one, other) => one - other)
  const [low, high] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]]
  if (low === undefined || high === undefined) throw new RangeError('there is no median of nothing')
  return (low + high) / 2
}

/**
 * The middle one of the ratios of each `a` to the `b` that was measured beside it. A machine that is slow for some
 * seconds is so for both of a pair, while it moves one median and not the other.
 * @throws RangeError unless there are as many of both, and one at least
 */
export function pairedRatio(a: readonly number[], b: readonly number[]): number {
  if (a.length !== b.length) throw new RangeError(`expected pairs, got ${a.length} and ${b.length}`)
  return median(a.map((value, at) => value / (b[at] ?? NaN)))
}

/** The value that so many of a hundred do not pass. @throws RangeError for none */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = [...values].sort((one, other) => one - other)
  const value = sorted[Math.min(sorted.length - 1, Math.floor((sorted.length * percent) / 100))]
  if (value === undefined) throw new RangeError('there is no percentile of nothing')
  return value
}

/** Enough digits to compare with, and no more than a clock of milliseconds has. */
export function rounded(value: number): number {
  return Number(value.toPrecision(4))
}

/** `0.2913 s (0.2801 to 0.3522)` */
export function spread(values: readonly number[], unit: string): string {
  const [least, most] = [Math.min(...values), Math.max(...values)].map(rounded)
  return `${rounded(median(values))} ${unit} (${String(least)} to ${String(most)})`
}
