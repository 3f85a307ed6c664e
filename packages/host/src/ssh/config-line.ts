/** A line of an OpenSSH client's config that says something. */
export interface ConfigLine {
  /** In lower case. */
  readonly keyword: string
  /** All behind it as it stands: what is given to a shell is taken from here. */
  readonly rest: string
}

/** @returns `undefined` for an empty line and a comment */
export function parseConfigLine(line: string): ConfigLine | undefined {
  const found = /^\s*"?([A-Za-z][A-Za-z0-9]*)"?(?:[ \t]*=[ \t]*|[ \t]+)(.*)$/.exec(line.trimEnd())
  const [, keyword, rest] = found ?? []
  return keyword === undefined || rest === undefined ? undefined : { keyword: keyword.toLowerCase(), rest }
}

/**
 * Splits arguments at blanks. Either quote keeps blanks, a backslash takes the meaning from quotes, itself and a blank, and
 * what follows a `#` at the beginning of a word is a comment.
 * @returns `undefined` when a quote has no end
 */
export function splitArguments(text: string): readonly string[] | undefined {
  const words: string[] = []
  let word: string | undefined
  let quote = ''
  for (let at = 0; at < text.length; at += 1) {
    const character = text.charAt(at)
    const next = text.charAt(at + 1)
    if (character === '\\' && (/["'\\]/.test(next) || (next === ' ' && quote === ''))) {
      word = (word ?? '') + next
      at += 1
    } else if (quote === '' && /[ \t]/.test(character)) {
      if (word !== undefined) words.push(word)
      word = undefined
    } else if (quote === '' && word === undefined && character === '#') {
      return words
    } else if (quote === '' && /["']/.test(character)) {
      quote = character
      word ??= ''
    } else if (character === quote) {
      quote = ''
    } else {
      word = (word ?? '') + character
    }
  }
  if (quote !== '') return undefined
  return word === undefined ? words : [...words, word]
}
