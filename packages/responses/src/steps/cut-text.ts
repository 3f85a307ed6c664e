/** How a text is streamed. */
export interface Streaming {
  /** Between two deltas, in milliseconds. @default 0 */
  readonly deltaMs?: number
  /** Characters per delta. By default a delta is a word with the space after it. */
  readonly chunk?: number
}

/** Pieces of `chunk` characters, never through a surrogate pair; without `chunk` one piece per word with the space after it. */
export function cutText(text: string, chunk?: number): readonly string[] {
  if (chunk === undefined) return text.match(/\s*\S+\s?|\s+/g) ?? []
  const characters = Array.from(text)
  const size = Math.max(1, Math.floor(chunk))
  return Array.from({ length: Math.ceil(characters.length / size) }, (_, index) =>
    characters.slice(index * size, (index + 1) * size).join(''),
  )
}
