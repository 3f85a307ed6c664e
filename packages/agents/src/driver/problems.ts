import type { SessionPhase, SessionProblem } from './session-outcome.ts'

const KEPT = 100

/** What went wrong beside what matters. */
export class Problems {
  readonly #onProblem: ((problem: SessionProblem) => void) | undefined
  readonly #kept: SessionProblem[] = []

  constructor(onProblem: ((problem: SessionProblem) => void) | undefined) {
    this.#onProblem = onProblem
  }

  get kept(): readonly SessionProblem[] {
    return this.#kept
  }

  readonly note = (phase: SessionPhase, error: unknown): void => {
    const problem = { phase, error }
    if (this.#kept.length < KEPT) this.#kept.push(problem)
    try {
      this.#onProblem?.(problem)
    } catch {
      // Who can't hear of problems has one.
    }
  }
}
