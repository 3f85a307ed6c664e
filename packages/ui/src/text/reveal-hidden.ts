// Control characters but tab and line feed, marks that turn the writing direction, and marks without width: with them
// a command can be made to look like another one.
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu

/** Makes visible what a text hides, as `‹U+202E›`: what a person approves must be what they see. */
export function revealHidden(text: string): string {
  return text.replace(
    HIDDEN,
    (mark) => `‹U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`,
  )
}
