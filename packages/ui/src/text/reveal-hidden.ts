// Control characters but tab and line feed, marks that turn the writing direction, and marks without width: with them
// a command can be made to look like another one.
const HIDDEN = /(?![\t\n])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu
/** Marks that turn the writing direction of what follows, so that it reads as something else. */
const BIDI = /[\u202a-\u202e\u2066-\u2069]/g

/** Makes visible what a text hides, as `‹U+202E›`: what a person approves must be what they see. */
export function revealHidden(text: string): string {
  return text.replace(HIDDEN, shown)
}

/** The same for prose, where joiners and soft hyphens are at home: only what turns the writing direction. */
export function revealBidi(text: string): string {
  return text.replace(BIDI, shown)
}

function shown(mark: string): string {
  return `‹U+${(mark.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}›`
}
