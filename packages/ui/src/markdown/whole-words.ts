/** A word that is longer is shown as it comes: it may be an address, or no word at all. */
const LONG_WORD = 24

/** A text that is still being written, without the word that has begun and not ended: words then come whole. */
export function wholeWords(text: string): string {
  const [begun = ''] = /\S{0,25}$/.exec(text) ?? []
  return begun.length > LONG_WORD ? text : text.slice(0, text.length - begun.length)
}
