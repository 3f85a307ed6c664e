/** Names on most file systems have no more. */
const MAX_NAME_BYTES = 255
/** Room for a number in front of the ending. */
const NUMBER_BYTES = 8
/** What is longer is no ending. */
const MAX_ENDING_BYTES = 32

/**
 * The name under which a file of a person is kept: the last part of what the browser calls it, in any spelling that a
 * person uses, without what could act on a terminal or begin an option or a hidden file.
 * @throws TypeError when nothing is left
 */
export function uploadName(given: string): string {
  const last = given.normalize('NFC').replaceAll('\\', '/').split('/').at(-1) ?? ''
  const clean = last
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Surrogate}]/gu, '')
    .trim()
    .replace(/^[.\-\s]+/u, '')
    .replace(/[.\s]+$/u, '')
  if (clean === '') throw new TypeError('expected a file with a name')
  return shorten(clean, MAX_NAME_BYTES - NUMBER_BYTES)
}

/** The same name with a number: `report (2).md`. @param n from 1; the first has none */
export function numberedName(name: string, n: number): string {
  if (n === 1) return name
  const [stem, ending] = partsOf(name)
  return `${stem} (${n})${ending}`
}

function shorten(name: string, maxBytes: number): string {
  const [stem, ending] = partsOf(name)
  let kept = ''
  for (const character of stem) {
    if (Buffer.byteLength(kept + character + ending) > maxBytes) break
    kept += character
  }
  return kept + ending
}

function partsOf(name: string): readonly [string, string] {
  const dot = name.lastIndexOf('.')
  const isEnding = dot > 0 && Buffer.byteLength(name.slice(dot)) <= MAX_ENDING_BYTES
  return isEnding ? [name.slice(0, dot), name.slice(dot)] : [name, '']
}
