/** What needs no quotes in any shell. */
const BARE = /^[A-Za-z0-9_\-./:=@%+,]+$/

/**
 * One word for a POSIX shell that stands for exactly `word`: every byte but NUL goes through.
 * @throws TypeError for NUL, which no argument can hold
 */
export function quoteWord(word: string): string {
  if (word.includes('\0')) throw new TypeError('expected an argument without NUL')
  // A bare `=` or `~` in front means something to some shells.
  if (BARE.test(word) && !word.startsWith('=') && !word.startsWith('-')) return word
  return `'${word.replaceAll("'", `'\\''`)}'`
}

/** A command line for a POSIX shell that stands for exactly these words. For an account's own shell see `shellLine`. */
export function quoteArgv(argv: readonly string[]): string {
  return argv.map(quoteWord).join(' ')
}
