/**
 * What may be pasted: without escape characters, which could end the program's paste mode and have the rest of the text
 * typed as keys. They stay visible as the sign for them.
 */
export function cleanPaste(text: string): string {
  return text.replaceAll('\u001b', '\u241b').replaceAll('\u009b', '\u241b[')
}
