/** The beginning of a text that is longer than `maxLength` UTF-16 units, an ellipsis at its end. No character is cut in two. */
export function boundText(text: string, maxLength: number): string {
  if (text.length <= maxLength) return text
  const cut = text.slice(0, maxLength - 1)
  return `${/[\uD800-\uDBFF]$/.test(cut) ? cut.slice(0, -1) : cut}…`
}
