import type { SessionDirectory } from '../../session-directory.ts'

/**
 * The whole list first and after every change. A reader that is slow gets the newest list next, not every one between.
 * Ends when `signal` aborts.
 */
export async function* sessionListFrames(
  sessions: SessionDirectory,
  signal: AbortSignal,
): AsyncGenerator<string, void> {
  let wake: () => void = () => undefined
  let last: string | undefined
  using _listening = sessions.onChange(() => wake())
  const stop = (): void => wake()
  signal.addEventListener('abort', stop)
  try {
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => (wake = resolve))
      const frame = JSON.stringify({ type: 'sessions', sessions: sessions.list() })
      if (frame !== last) yield frame
      last = frame
      await changed
    }
  } finally {
    signal.removeEventListener('abort', stop)
  }
}
