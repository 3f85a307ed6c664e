import type { Measure } from './bench.ts'
import { median, pairedRatio, rounded, spread } from './statistics.ts'

/** What both sides took, and what is wanted of their ratio. */
export interface Comparison {
  readonly name: string
  readonly unit: string
  readonly a: readonly number[]
  /** Each was measured beside the one of `a` at its place. */
  readonly b: readonly number[]
  /** Without one it is only reported. */
  readonly goal?: { readonly atMost: number } | { readonly atLeast: number }
}

/** The medians of both sides and the ratio of their pairs, told to the person who watches as well. */
export function compare(say: (text: string) => void, { name, unit, a, b, goal }: Comparison): Measure {
  say(`${name}, ours   ${spread(a, unit)}`)
  say(`${name}, peer   ${spread(b, unit)}`)
  const [ours, peer] = [median(a), median(b)]
  const ratio = rounded(pairedRatio(a, b))
  const measure = { name, ours: rounded(ours), peer: rounded(peer), unit, ratio }
  if (goal === undefined) return measure
  return 'atMost' in goal
    ? { ...measure, goal: `<= ${goal.atMost}`, met: ratio <= goal.atMost }
    : { ...measure, goal: `>= ${goal.atLeast}`, met: ratio >= goal.atLeast }
}
