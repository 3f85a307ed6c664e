import type { KeywordEvent } from '../keywords/keyword-event.ts'
import type { KeywordEntry } from '../keywords/read-keyword-log.ts'
import type { JournalEntry, NewEntry } from '../store/journal.ts'
import type { Json, JsonObject } from '../store/json.ts'

/** What a line did that is kept. Of a text only the hint to the agent is: texts may come by the million. */
export type JournalFact = Exclude<KeywordEvent, { readonly type: 'text' }> | HintFact

/** A line looked like a keyword and was none; the agent is told. */
export interface HintFact {
  readonly type: 'hint'
  readonly text: string
  readonly hint: string
}

/** Of a line that is quoted to the agent. */
const QUOTED_CHARACTERS = 200

/** As it is recorded; `undefined` for a line that leaves nothing to keep. */
export function entryOf({ event }: KeywordEntry, offset: number): NewEntry | undefined {
  if (event.type !== 'text') {
    const { type, ...data } = event
    return { offset, type, data: present(data) }
  }
  if (event.hint === undefined) return undefined
  return { offset, type: 'hint', data: { text: event.text.slice(0, QUOTED_CHARACTERS), hint: event.hint } }
}

/** What was recorded; `undefined` for messages, which no line asked for. */
export function factOf({ type, data }: JournalEntry): JournalFact | undefined {
  const text = (name: string): string => (typeof data[name] === 'string' ? data[name] : '')
  const maybe = (name: string): string | undefined =>
    typeof data[name] === 'string' ? data[name] : undefined
  switch (type) {
    case 'status':
      return {
        type,
        percent: typeof data['percent'] === 'number' ? data['percent'] : undefined,
        message: text('message'),
      }
    case 'deliverable':
      return { type, path: text('path') }
    case 'done':
      return { type, summary: maybe('summary') }
    case 'error':
      return { type, message: maybe('message') }
    case 'browser':
      return { type, url: text('url') }
    case 'attention':
      return { type, reason: text('reason') }
    case 'client-message':
    case 'caller-message':
      return { type, keyword: text('keyword'), data: data['data'] ?? null }
    case 'hint':
      return { type, text: text('text'), hint: text('hint') }
    default:
      return undefined
  }
}

function present(data: Readonly<Record<string, Json | undefined>>): JsonObject {
  return Object.fromEntries(
    Object.entries(data).filter((pair): pair is [string, Json] => pair[1] !== undefined),
  )
}
