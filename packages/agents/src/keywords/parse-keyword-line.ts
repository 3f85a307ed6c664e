import { cleanText } from './clean-text.ts'
import type { KeywordFeatures } from './features.ts'
import type { KeywordEvent } from './keyword-event.ts'
import { type Keyword, isKeywordOn, KEYWORDS } from './keywords.ts'
import { hintOfMisspelled } from './misspelled.ts'
import { parsePayload } from './parse-payload.ts'

const LONGEST = Math.max(...KEYWORDS.map(({ spelling }) => spelling.length))
/** There are few feature sets, and many lines. */
const vocabularies = new WeakMap<KeywordFeatures, Vocabulary>()

/** The keywords that are on. */
interface Vocabulary {
  readonly all: readonly Keyword[]
  readonly bySpelling: ReadonlyMap<string, Keyword>
}

/**
 * Understands one line of an agent's log. Pure and total: it never throws, whatever the line is, and takes time in
 * proportion to its length.
 *
 * A keyword stands in capitals at the start of the line; blanks before it, around its colon and at the end of the line mean
 * nothing. Of `DONE` and `ERROR` the colon may be missing. A line that is no keyword, or one that is off, is a `text`.
 */
export function parseKeywordLine(line: string, features: KeywordFeatures): KeywordEvent {
  const text = line.trimEnd()
  const { all, bySpelling } = vocabularyOf(features)
  if (text === '' || all.length === 0) return { type: 'text', text: cleanText(text) }
  const said = text.trimStart()
  const word = wordOf(said)
  const keyword = bySpelling.get(word)
  const parsed = keyword && parseAfter(said.slice(word.length), keyword)
  if (parsed !== undefined && 'type' in parsed) return parsed
  // Whoever was not told of keywords has misspelled none.
  const hint = features.keywords ? (parsed?.hint ?? hintOfMisspelled(said, all)) : undefined
  return { type: 'text', text: cleanText(text), ...(hint === undefined ? {} : { hint }) }
}

function vocabularyOf(features: KeywordFeatures): Vocabulary {
  const known = vocabularies.get(features)
  if (known) return known
  const all = KEYWORDS.filter((keyword) => isKeywordOn(keyword, features))
  const vocabulary = { all, bySpelling: new Map(all.map((keyword) => [keyword.spelling, keyword])) }
  vocabularies.set(features, vocabulary)
  return vocabulary
}

/** The capitals with which a line begins, one more than the longest keyword has at most. */
function wordOf(said: string): string {
  let end = 0
  while (end <= LONGEST && isWordCode(said.charCodeAt(end))) end += 1
  return said.slice(0, end)
}

function isWordCode(code: number): boolean {
  return (code >= 0x41 && code <= 0x5a) || code === 0x5f
}

/** Understands what follows the keyword; `undefined` when that is not how one goes on. */
function parseAfter(after: string, keyword: Keyword): ReturnType<typeof parsePayload> | undefined {
  const rest = after.trimStart()
  if (rest.startsWith(':')) return parsePayload(rest.slice(1).trimStart(), keyword)
  const isSeparate = rest === '' || rest.length < after.length
  return keyword.grammar === 'optional-text' && isSeparate ? parsePayload(rest, keyword) : undefined
}
