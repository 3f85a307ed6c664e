import { useNow } from '../hooks/use-now.ts'
import { formatAgo, formatElapsed, formatExact, formatUntil } from './format.ts'

/** How long ago, with the exact time on hover. `at`: milliseconds since the epoch. */
export function Ago({ at }: { readonly at: number }) {
  const now = useNow('half-minutes')
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatAgo(at, now)}
    </time>
  )
}

/** How long until then, with the exact time on hover. `at`: milliseconds since the epoch. */
export function Until({ at }: { readonly at: number }) {
  const now = useNow('half-minutes')
  return (
    <time dateTime={new Date(at).toISOString()} title={formatExact(at)}>
      {formatUntil(at, now)}
    </time>
  )
}

/** How long it has been going on, by the second. `since`: milliseconds since the epoch. */
export function Elapsed({ since }: { readonly since: number }) {
  const now = useNow('seconds')
  return <span className="x-figure">{formatElapsed(now - since)}</span>
}
