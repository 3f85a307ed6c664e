import { HostError } from './errors.ts'
import type { ExecOptions } from './exec-result.ts'

/**
 * Has `ending` abort with the first of all that may end a program early: what aborts from outside, and the caller's
 * signal and timeout. Its reason is what the caller gets.
 * @returns lets go of them all
 */
export function relayEndings(
  ending: AbortController,
  argv: readonly string[],
  { timeoutMs, signal }: Pick<ExecOptions, 'timeoutMs' | 'signal'>,
  others: readonly AbortSignal[],
): () => void {
  const relays = [...others, ...(signal ? [signal] : [])].map((source) => {
    const relay = () => ending.abort(source.reason)
    source.addEventListener('abort', relay, { once: true })
    if (source.aborted) relay()
    return () => source.removeEventListener('abort', relay)
  })
  const late = () =>
    ending.abort(
      new HostError('timed-out', `${String(timeoutMs)} ms passed while running ${String(argv[0])}`),
    )
  const timer = timeoutMs === undefined ? undefined : setTimeout(late, timeoutMs)
  return () => {
    clearTimeout(timer)
    for (const release of relays) release()
  }
}
