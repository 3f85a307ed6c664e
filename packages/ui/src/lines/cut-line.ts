/** Characters of one line that are drawn; a bundled script may have a million. */
export const MAX_LINE = 4_000

/** A line that is too long to be drawn, cut, and how many characters are left out. */
export function cutLine(text: string, most = MAX_LINE): { readonly shown: string; readonly more: number } {
  if (text.length <= most) return { shown: text, more: 0 }
  // Half a character is none.
  const end = /[\ud800-\udbff]/.test(text.charAt(most - 1)) ? most - 1 : most
  return { shown: text.slice(0, end), more: text.length - end }
}
