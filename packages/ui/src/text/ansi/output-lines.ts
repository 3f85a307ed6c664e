import { styleAfter } from './ansi-line.ts'
import { PLAIN } from './sgr-style.ts'
import type { SgrStyle } from './sgr-style.ts'

/** A line as it came, and the style in which it begins. */
export interface OutputLine {
  readonly raw: string
  readonly style: SgrStyle
}

/** The lines of an output. `read` makes the next one from a longer output without looking at the old part again. */
export interface OutputLines {
  /** What it was made of. */
  readonly output: string
  readonly dropped: number
  /** Shared by all that were made from one another: only `count` of them belong to this one. */
  readonly lines: readonly OutputLine[]
  readonly count: number
}

/**
 * Cuts a command's output into lines. Nothing is parsed that is not looked at, except colours that go on over the
 * end of a line. With `dropped` (what is missing before the output) the first, incomplete line is left out.
 *
 * With `before`, made from a beginning of the same output, only what came since is looked at.
 */
export function readOutputLines(output: string, dropped: number, before?: OutputLines): OutputLines {
  const goesOn = before?.dropped === dropped && before.count > 0 && output.startsWith(before.output)
  if (goesOn && output.length === before.output.length) return before
  // The last line may have grown, so it is made again; those before it are shared.
  const lines = goesOn ? (before.lines as OutputLine[]) : []
  let at = 0
  let style = PLAIN
  if (goesOn) {
    const last = lines[before.count - 1]
    lines.length = before.count - 1
    style = last?.style ?? PLAIN
    at = before.output.length - (last?.raw.length ?? 0)
  } else if (dropped > 0) {
    at = output.indexOf('\n') + 1
  }
  while (at < output.length) {
    const newline = output.indexOf('\n', at)
    const raw = output.slice(at, newline === -1 ? undefined : newline)
    lines.push({ raw, style })
    if (newline === -1) break
    style = styleAfter(raw, style)
    at = newline + 1
    if (at === output.length) lines.push({ raw: '', style })
  }
  return { output, dropped, lines, count: lines.length }
}

/** How many lines are to be shown: an empty last one only says that the line before it has ended. */
export function shownCount({ lines, count }: OutputLines): number {
  return count > 0 && lines[count - 1]?.raw === '' ? count - 1 : count
}
