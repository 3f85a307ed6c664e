/** The end of a long text from the beginning of a line on, and how many characters stand before it. */
export function tailOf(text: string, maxLength: number): { readonly tail: string; readonly before: number } {
  if (text.length <= maxLength) return { tail: text, before: 0 }
  const least = text.length - maxLength
  const line = text.indexOf('\n', least)
  // One endless line has no better place to be cut, except that half a character is none.
  const low = isLowSurrogate(text, least) ? least + 1 : least
  const from = line === -1 || line === text.length - 1 ? low : line + 1
  return { tail: text.slice(from), before: from }
}

function isLowSurrogate(text: string, at: number): boolean {
  const unit = text.charCodeAt(at)
  return unit >= 0xdc00 && unit <= 0xdfff
}
