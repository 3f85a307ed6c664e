type Token = 'star' | ((character: string) => boolean)

/**
 * Makes the matcher of one name: `*` is any number of characters, `?` is one, `[a-z]` and `[!a-z]` are one of a set or
 * none of it, `\` takes the meaning from what follows. Case counts. A `[` without its `]` is itself.
 *
 * A match takes at most length of name times length of pattern steps, whatever the pattern is.
 */
export function createGlob(pattern: string): (name: string) => boolean {
  const tokens = tokenize(Array.from(pattern))
  return (name) => matches(tokens, Array.from(name))
}

/** True when the pattern can match no name but itself, read without its backslashes. */
export function isLiteralGlob(pattern: string): boolean {
  return !/[*?[\\]/.test(pattern)
}

function tokenize(pattern: readonly string[]): readonly Token[] {
  const tokens: Token[] = []
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? ''
    const set = character === '[' ? setAt(pattern, at) : undefined
    if (set !== undefined) {
      tokens.push(set.has)
      at = set.end
    } else if (character === '*') {
      if (tokens.at(-1) !== 'star') tokens.push('star')
    } else if (character === '?') {
      tokens.push(() => true)
    } else if (character === '\\' && at + 1 < pattern.length) {
      at += 1
      tokens.push(literal(pattern[at] ?? ''))
    } else {
      tokens.push(literal(character))
    }
  }
  return tokens
}

function literal(wanted: string): Token {
  return (character) => character === wanted
}

/** The set that begins at `start`, and where its `]` is. One right after the beginning is a member. */
function setAt(
  pattern: readonly string[],
  start: number,
): { readonly has: (character: string) => boolean; readonly end: number } | undefined {
  const isNegated = pattern[start + 1] === '!' || pattern[start + 1] === '^'
  const first = start + (isNegated ? 2 : 1)
  const end = pattern.indexOf(']', first + 1)
  if (end < 0) return undefined
  const ranges: (readonly [string, string])[] = []
  for (let at = first; at < end; at += 1) {
    const from = pattern[at] ?? ''
    const isRange = pattern[at + 1] === '-' && at + 2 < end
    ranges.push([from, isRange ? (pattern[at + 2] ?? '') : from])
    if (isRange) at += 2
  }
  const has = (character: string) =>
    ranges.some(([from, to]) => character >= from && character <= to) !== isNegated
  return { has, end }
}

/** Only the last star is ever tried again: what an earlier one could take, the last one can as well. */
function matches(tokens: readonly Token[], name: readonly string[]): boolean {
  let token = 0
  let at = 0
  let star = -1
  let starAt = 0
  while (at < name.length) {
    const next = tokens[token]
    if (next === 'star') {
      star = token
      starAt = at
      token += 1
    } else if (next?.(name[at] ?? '') === true) {
      token += 1
      at += 1
    } else if (star >= 0) {
      starAt += 1
      at = starAt
      token = star + 1
    } else {
      return false
    }
  }
  return tokens.slice(token).every((rest) => rest === 'star')
}
