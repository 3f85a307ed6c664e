/** Tells how far something long has come. */
export type OnProgress = (progress: {
  /** What is being done, for a person: `Fetching Codex 0.169.0`. */
  readonly doing: string
  /** 0 to 1, where that can be told. */
  readonly progress?: number
}) => void
