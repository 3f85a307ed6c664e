const FIRST_PAUSE_MS = 50
const LONGEST_PAUSE_MS = 5_000
const WINDOW_MS = 10 * 60_000
const STARTS_IN_WINDOW = 5

/** How patient recovery is: pauses that grow, and a bound on how often a process that keeps dying is started again. */
export class RecoveryBudget {
  private readonly now: () => number
  private starts: number[] = []

  constructor(now: () => number = () => performance.now()) {
    this.now = now
  }

  /** One more start. */
  spend(): void {
    this.starts = [...this.recent(), this.now()]
  }

  /** Five starts within ten minutes did not help. */
  get isSpent(): boolean {
    return this.recent().length >= STARTS_IN_WINDOW
  }

  private recent(): number[] {
    const now = this.now()
    return this.starts.filter((at) => now - at < WINDOW_MS)
  }

  /** The pause before an attempt, counted from 1. The first one is at once. Rejects with the reason of `signal`. */
  async pause(attempt: number, signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const ms = attempt === 1 ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** (attempt - 2))
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(done, ms * (0.75 + Math.random() / 2))
      function done(): void {
        clearTimeout(timer)
        signal.removeEventListener('abort', done)
        if (signal.aborted) reject(signal.reason as Error)
        else resolve()
      }
      signal.addEventListener('abort', done)
    })
  }
}
