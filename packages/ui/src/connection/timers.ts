/** The clock of the connection; tests pass their own. */
export interface Timers {
  /** Milliseconds; only differences mean something. */
  now(): number
  /** @returns the way to call it off */
  after(ms: number, run: () => void): () => void
}

/** The browser's own clock. */
export const browserTimers: Timers = {
  now: () => performance.now(),
  after: (ms, run) => {
    const timer = setTimeout(run, ms)
    return () => clearTimeout(timer)
  },
}
