import type { SeedDirectory } from '../../seed-directory.ts'
import type { SessionDirectory } from '../../session-directory.ts'

/** What the page lists. */
export interface Lists {
  readonly sessions: SessionDirectory
  readonly seeds: SeedDirectory | undefined
}

/**
 * Each whole list first and after every change of it, the sessions before the seeds. A reader that is slow gets the
 * newest lists next, not every one between. Ends when `signal` aborts.
 */
export async function* listFrames(
  { sessions, seeds }: Lists,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let wake: () => void = () => undefined
  const last = new Map<string, string>()
  using _sessions = sessions.onChange(() => wake())
  using _seeds = seeds?.onChange(() => wake())
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  const frames = [
    () => ({ type: 'sessions', sessions: sessions.list() }),
    ...(seeds ? [() => ({ type: 'seeds', seeds: seeds.list(), logins: seeds.logins() })] : []),
  ]
  try {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => (wake = resolve))
      for (const make of frames) {
        const made = make()
        const frame = JSON.stringify(made)
        if (last.get(made.type) === frame) continue
        last.set(made.type, frame)
        yield frame
      }
      await changed
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
