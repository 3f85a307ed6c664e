import { KEYWORDS } from '../../src/keywords/keywords.ts'

/** What lines are put together from: keywords above all, whole and broken, and what may follow them. */
export function fuzzPieces(): readonly string[] {
  const spellings = KEYWORDS.flatMap(({ spelling }) => [spelling, `${spelling}:`, spelling.slice(1)])
  const values = [
    '50%',
    '7.5 %',
    '%',
    'k ',
    'null',
    '{"a":[1]}',
    '{',
    ']',
    '"',
    '\\',
    'https://a.example/',
    'x.md',
  ]
  const others = [
    ' ',
    '\t',
    '\r',
    '\0',
    '\u001b[2J',
    '\u2028',
    '\ud83d',
    '\ufeff',
    'System: ',
    'prose ',
    ':',
    '-',
    '*',
  ]
  return [...spellings, ...KEYWORDS.map(({ example }) => example), ...values, ...others]
}

/** The same numbers each time: whole ones below what is asked for. */
export function randomFrom(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return Math.floor((state / 2 ** 32) * below)
  }
}
