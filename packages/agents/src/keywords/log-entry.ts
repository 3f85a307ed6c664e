import { cleanText } from './clean-text.ts'
import type { KeywordFeatures } from './features.ts'
import type { KeywordEvent } from './keyword-event.ts'
import { markOf } from './line-mark.ts'
import type { LogPosition } from './log-position.ts'
import { parseKeywordLine } from './parse-keyword-line.ts'

/** Of a longer line this much is kept. */
export const MAX_LINE_BYTES = 1024 * 1024

/** One line of an agent's log, and where it stands. */
export interface KeywordEntry {
  /** Of the line's first byte: no other line of the same run has it. */
  readonly at: LogPosition
  /** From where another reading goes on after this line. */
  readonly next: LogPosition
  readonly event: KeywordEvent
  /** The line had more than 1 MiB, and only its beginning was read. */
  readonly isCut: boolean
}

/** @param offset of the first byte after the line */
export function entryOf(
  line: string,
  at: LogPosition,
  offset: number,
  isCut: boolean,
  features: KeywordFeatures,
): KeywordEntry {
  // What is left of a line that was cut does not say how it ends.
  const { generation } = at
  const next = isCut ? { generation, offset } : { generation, offset, mark: markOf(line) }
  const event = isCut ? eventOfCut(line, features) : parseKeywordLine(line, features)
  return { at, next, event, isCut }
}

/** Half a text is one; half a path, address or value is none. */
function eventOfCut(line: string, features: KeywordFeatures): KeywordEvent {
  const event = parseKeywordLine(line, features)
  const { type } = event
  if (type === 'status' || type === 'done' || type === 'error' || type === 'attention') return event
  const text = { type: 'text', text: cleanText(line) } as const
  return features.keywords ? { ...text, hint: `a line has at most ${MAX_LINE_BYTES} bytes` } : text
}
