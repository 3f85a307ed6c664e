const SECOND = 1_000
const MINUTE = 60 * SECOND
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** `12 ms`, `0.3 s`, `12 s`, `3 m 04 s`, `2 h 05 m`. */
export function formatDuration(ms: number): string {
  const past = Math.max(0, ms)
  if (past < 95) return `${Math.round(past)} ms`
  if (past < 9_950) return `${(past / SECOND).toFixed(1)} s`
  const seconds = Math.round(past / SECOND)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} m ${pad(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} m`
}

/** Whole seconds, for what still runs: tenths would flicker. */
export function formatElapsed(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / SECOND))
  return seconds < 60 ? `${seconds} s` : formatDuration(seconds * SECOND)
}

/** `just now`, `3 m ago`, `2 h ago`, `5 d ago`, then the day itself. */
export function formatAgo(at: number, now: number): string {
  const past = now - at
  if (past < MINUTE) return 'just now'
  if (past < HOUR) return `${Math.floor(past / MINUTE)} m ago`
  if (past < DAY) return `${Math.floor(past / HOUR)} h ago`
  if (past < 7 * DAY) return `${Math.floor(past / DAY)} d ago`
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(at)
}

/** `in 3 m`, `in 2 h`, `in 5 d`, then the day itself; `now` for what is past. */
export function formatUntil(at: number, now: number): string {
  const left = at - now
  if (left <= 0) return 'now'
  if (left < HOUR) return `in ${Math.ceil(left / MINUTE)} m`
  if (left < DAY) return `in ${Math.round(left / HOUR)} h`
  if (left < 7 * DAY) return `in ${Math.round(left / DAY)} d`
  return `on ${new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(at)}`
}

/** Day and time to the second, in the reader's own zone and manner. */
export function formatExact(at: number): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' }).format(at)
}

/** `840`, `12.3 k`, `4.1 M`. */
export function formatCount(count: number): string {
  if (count < 1_000) return String(count)
  if (count < 999_950) return `${trim(count / 1_000)} k`
  return `${trim(count / 1_000_000)} M`
}

/** `1 file`, `3 files`. */
export function plural(count: number, noun: string): string {
  return `${count.toLocaleString('en-US')} ${noun}${count === 1 ? '' : 's'}`
}

function trim(value: number): string {
  return value < 99.95 ? value.toFixed(1) : value.toFixed(0)
}

function pad(value: number): string {
  return String(value).padStart(2, '0')
}
