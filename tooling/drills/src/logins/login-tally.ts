import type { Losses } from '../drill.ts'

/** What one run has found. */
export interface LoginFindings {
  readonly lost: number
  /** Tokens that were used twice. */
  readonly repeated: number
  /** 1 when the login was called unknown. */
  readonly unknown: number
  /** 1 when it was, and the endpoint's ledger has the commit whose tokens nobody has. */
  readonly burnt: number
}

/** What the runs of a drill have found altogether. */
export class LoginTally {
  private lost = 0
  private repeated = 0
  private orphans = 0
  private unknown = 0
  private burnt = 0

  get losses(): Losses {
    const { lost, repeated, orphans } = this
    return { lost, repeated, orphans }
  }

  /** What was called unknown, for a person to read. */
  get sentence(): string {
    const { unknown, burnt } = this
    return `unknown: ${unknown} reported, ${burnt} of them spent by the endpoint's ledger, ${unknown - burnt} marked and killed before the request`
  }

  /** One run after the other. @throws the reason of `signal` */
  async runAll<Run>(
    runs: readonly Run[],
    run: (one: Run) => Promise<LoginFindings>,
    signal: AbortSignal,
  ): Promise<void> {
    for (const one of runs) {
      signal.throwIfAborted()
      const found = await run(one)
      this.lost += found.lost
      this.repeated += found.repeated
      this.unknown += found.unknown
      this.burnt += found.burnt
    }
  }

  /** What is wrong when the runs are over, besides what each of them has found. */
  addLeft(left: { readonly lost?: number; readonly orphans?: number }): void {
    this.lost += left.lost ?? 0
    this.orphans += left.orphans ?? 0
  }
}
