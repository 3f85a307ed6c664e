import type { CodexVersion } from './parse-arguments.ts'

export interface DrillOptions {
  /** Over all variants. */
  readonly runs: number
  readonly seed: number
  readonly codex: CodexVersion
  /** Break what the drill guards, so that it must report a loss. */
  readonly sabotage: boolean
  /** A line for the person who watches. */
  readonly say: (text: string) => void
  /** Ends the drill early: it tidies up and rejects with the reason. */
  readonly signal: AbortSignal
}

/** What a drill counted; everything but zeros is a failure. */
export interface Losses {
  /** What was said, done or running, and is not there any more. */
  readonly lost: number
  /** What is there twice, or was never said. */
  readonly repeated: number
  /** Processes, sockets and listeners that nobody owns any more. */
  readonly orphans: number
  /** Processes of others that were signalled; only where a drill has such. */
  readonly signalled?: number
}

export interface Drill {
  readonly name: string
  /** One sentence for the list. */
  readonly sentence: string
  /** How many runs a full drill has. */
  readonly runs: number
  /** How many of them are enough to have every kind of fault once. */
  readonly quickRuns: number
  run(options: DrillOptions): Promise<Losses>
}
