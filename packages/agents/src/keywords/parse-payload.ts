import type { Json } from '../store/json.ts'
import { cleanText } from './clean-text.ts'
import type { KeywordEvent } from './keyword-event.ts'
import type { Keyword, KeywordGrammar } from './keywords.ts'

/** What is wrong, for the agent. */
interface Refusal {
  readonly hint: string
}

const MAX_PATH_BYTES = 4096
const MAX_URL_CHARACTERS = 8192
const MAX_TOKEN_CHARACTERS = 256
const MAX_DEPTH = 64
const MAX_DATA_BYTES = 256 * 1024
/** `1e20` becomes 21 digits; nothing in JSON becomes more when it is rendered. */
const LARGEST_GROWTH = 8

const [QUOTE, BACKSLASH, SQUARE, CURLY] = [0x22, 0x5c, 0x5b, 0x7b]

/** Nothing in it is repeated without a bound but blanks, once: it looks at each character once. */
const PERCENT = /^(\d{1,3}(?:\.\d{1,6})?)\s*%[,:;.]?(?:\s|$)/

const PARSERS: Record<KeywordGrammar, (payload: string, keyword: Keyword) => KeywordEvent | Refusal> = {
  'percent-and-text': parseStatus,
  path: parsePath,
  'optional-text': parseOptionalText,
  url: parseUrl,
  text: (payload, { spelling }) =>
    payload === '' ? { hint: `${spelling} needs a text` } : { type: 'attention', reason: cleanText(payload) },
  'token-and-json': parseMessage,
}

/** Understands what follows a keyword and its colon. @param payload without blanks at its ends */
export function parsePayload(payload: string, keyword: Keyword): KeywordEvent | Refusal {
  return PARSERS[keyword.grammar](payload, keyword)
}

function parseStatus(payload: string): KeywordEvent {
  const first = payload.charCodeAt(0)
  const found = first >= 0x30 && first <= 0x39 ? PERCENT.exec(payload) : null
  if (found === null) return { type: 'status', percent: undefined, message: cleanText(payload) }
  const message = cleanText(payload.slice(found[0].length).trimStart())
  return { type: 'status', percent: Math.min(Number(found[1]), 100), message }
}

function parsePath(payload: string, { spelling }: Keyword): KeywordEvent | Refusal {
  if (payload === '') return { hint: `${spelling} needs a path` }
  // A UTF-16 unit is three bytes at most.
  if (payload.length * 3 > MAX_PATH_BYTES && Buffer.byteLength(payload) > MAX_PATH_BYTES)
    return { hint: `the path of ${spelling} is too long` }
  if (payload.includes('\0')) return { hint: `the path of ${spelling} holds a NUL` }
  return { type: 'deliverable', path: payload }
}

function parseOptionalText(payload: string, { event }: Keyword): KeywordEvent {
  const text = payload === '' ? undefined : cleanText(payload)
  return event === 'error' ? { type: 'error', message: text } : { type: 'done', summary: text }
}

function parseUrl(payload: string, { spelling }: Keyword): KeywordEvent | Refusal {
  if (payload.length > MAX_URL_CHARACTERS) return { hint: `the address of ${spelling} is too long` }
  const url = payload.replace(/^["'<]{1,2}/, '').replace(/["'>]{1,2}$/, '')
  const isAddress = /^https?:\/\//i.test(url) && !hasBlankOrControl(url) && URL.canParse(url)
  return isAddress
    ? { type: 'browser', url }
    : { hint: `${spelling} needs an http or https address without blanks` }
}

function parseMessage(payload: string, { spelling, event }: Keyword): KeywordEvent | Refusal {
  const end = payload.search(/\s/)
  if (end < 0) return { hint: `${spelling} needs a name and a JSON value on the same line` }
  const keyword = payload.slice(0, end)
  if (keyword.length > MAX_TOKEN_CHARACTERS || hasBlankOrControl(keyword)) {
    return { hint: `the name of ${spelling} is one word of at most ${MAX_TOKEN_CHARACTERS} characters` }
  }
  const json = payload.slice(end).trimStart()
  if (isDeep(json)) return { hint: `the JSON of ${spelling} is nested more than ${MAX_DEPTH} deep` }
  try {
    const type = event === 'client-message' ? event : 'caller-message'
    const data = JSON.parse(json) as Json
    return isLarge(json, data)
      ? { hint: `the JSON of ${spelling} has more than ${MAX_DATA_BYTES} bytes` }
      : { type, keyword, data }
  } catch {
    return { hint: `what follows ${spelling} and the name is not one JSON value` }
  }
}

/** As it is kept: numbers may be longer than the agent has written them. */
function isLarge(json: string, data: Json): boolean {
  return (
    json.length * LARGEST_GROWTH > MAX_DATA_BYTES && Buffer.byteLength(JSON.stringify(data)) > MAX_DATA_BYTES
  )
}

function hasBlankOrControl(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- these are what is looked for
  return /[\s\u0000-\u001f\u007f-\u009f]/.test(text)
}

/** Whoever walks through the data does so recursively. */
function isDeep(json: string): boolean {
  if (json.length <= MAX_DEPTH) return false
  let depth = 0
  let isText = false
  for (let at = 0; at < json.length; at += 1) {
    const code = json.charCodeAt(at)
    if (code === QUOTE) isText = !isText
    else if (isText) at += code === BACKSLASH ? 1 : 0
    else if (code === SQUARE || code === CURLY) depth += 1
    // The closing ones stand two after the opening ones.
    else if (code === SQUARE + 2 || code === CURLY + 2) depth -= 1
    if (depth > MAX_DEPTH) return true
  }
  return false
}
