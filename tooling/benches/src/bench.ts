export interface BenchOptions {
  /** Measurements of each side, after one that does not count. */
  readonly n: number
  readonly codex: 'oldest' | 'newest'
  /** A line for the person who watches. */
  readonly say: (text: string) => void
}

/** One number beside the number that it is compared with. */
export interface Measure {
  readonly name: string
  /** Medians. */
  readonly ours: number
  readonly peer: number
  readonly unit: string
  /** Ours over the peer's: the median of the pairs that were measured side by side. */
  readonly ratio: number
  /** Without a goal it is only reported. */
  readonly goal?: string
  readonly met?: boolean
}

export interface Bench {
  readonly name: string
  /** One sentence for the list. */
  readonly sentence: string
  readonly n: number
  run(options: BenchOptions): Promise<readonly Measure[]>
}
