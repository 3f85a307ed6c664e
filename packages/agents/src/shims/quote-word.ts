/**
 * One word for a POSIX shell that stands for exactly `word`.
 * @throws TypeError for NUL, which no argument can hold
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('expected a word without NUL')
  if (/^[A-Za-z0-9_./@%+,][A-Za-z0-9_./@%+,:=-]*$/.test(word)) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}
