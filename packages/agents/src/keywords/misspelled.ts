import { type Keyword, keywordForm, KEYWORDS } from './keywords.ts'

/** A keyword and what people put around it fit into so many characters. */
const HEAD_CHARACTERS = 32
const LONGEST = Math.max(...KEYWORDS.map(({ spelling }) => spelling.length))
const COLON = 0x3a
const DECORATION = /^[\s*_`#>"'([-]+|[\s*_`"')\].!,-]+$/g

/**
 * A hint for an agent that has written something much like a keyword: in small letters, with one letter wrong, with
 * ornaments, or without its colon. `undefined` for what is meant for people.
 */
export function hintOfMisspelled(line: string, keywords: readonly Keyword[]): string | undefined {
  if (isProse(line)) return undefined
  const head = line.slice(0, HEAD_CHARACTERS)
  const colon = head.indexOf(':')
  const isNamed = colon >= 0 || line.length < HEAD_CHARACTERS
  const name = isNamed ? nameOf(colon < 0 ? head : head.slice(0, colon)) : ''
  const first = nameOf(/^\S*/.exec(head)?.[0] ?? '')
  const isLoud = first === first.toUpperCase()
  const meant = keywords.find((keyword) => isMeant(name, keyword) || (isLoud && isMeant(first, keyword)))
  return (
    meant &&
    `this looks like ${meant.spelling}, which is written ${keywordForm(meant)}, at the start of a line`
  )
}

/** Most lines begin with a word in small letters, and have no colon where a keyword has one: that is seen at once. */
function isProse(line: string): boolean {
  const first = line.charCodeAt(0)
  if (first < 0x61 || first > 0x7a || line.length < HEAD_CHARACTERS) return false
  for (let at = 1; at <= LONGEST + 1; at += 1) if (line.charCodeAt(at) === COLON) return false
  return true
}

function nameOf(text: string): string {
  return text.replace(DECORATION, '').replace(/[\s-]/g, '_')
}

function isMeant(word: string, { spelling }: Keyword): boolean {
  if (Math.abs(word.length - spelling.length) > 1) return false
  if (word.toUpperCase() === spelling) return true
  // In small letters, words that are one letter away are ordinary ones.
  return word === word.toUpperCase() && isOneLetterAway(word, spelling)
}

/** One letter is missing, one too many or another one, or two neighbours have changed places. Both are about as long. */
function isOneLetterAway(word: string, spelling: string): boolean {
  let start = 0
  while (start < word.length && word[start] === spelling[start]) start += 1
  const [left, wanted] = [word.slice(start), spelling.slice(start)]
  return (
    left.slice(1) === wanted.slice(1) ||
    left.slice(1) === wanted ||
    left === wanted.slice(1) ||
    (left.slice(2) === wanted.slice(2) && left[0] === wanted[1] && left[1] === wanted[0])
  )
}
