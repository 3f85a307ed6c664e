/** What a reader of one turn tells of it. */
export interface Reading {
  readonly deltas: number
  /** From the first delta to the turn's end. */
  readonly seconds: number
  /** Of the reader's process, from the question to the turn's end. */
  readonly cpuSeconds: number
  /** How long each stamped delta was on its way, in milliseconds. */
  readonly lags: readonly number[]
}
