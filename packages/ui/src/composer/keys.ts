/** How the key beside the space bar is called on this machine. */
export const MOD =
  typeof navigator !== 'undefined' && /Mac|iPhone|iPad/.test(navigator.userAgent) ? '⌘' : 'Ctrl+'

/** What a key in the composer means. */
export type ComposerKey = 'send' | 'steer' | 'escape' | 'last-message' | undefined

export interface KeyFacts {
  readonly key: string
  readonly shiftKey: boolean
  readonly ctrlKey: boolean
  readonly metaKey: boolean
  readonly altKey: boolean
}

/** Enter sends, with Ctrl or ⌘ at once, with Shift it breaks the line; ↑ in an empty field brings back the last message. */
export function composerKey(
  { key, shiftKey, ctrlKey, metaKey, altKey }: KeyFacts,
  empty: boolean,
): ComposerKey {
  if (key === 'Enter' && !shiftKey && !altKey) return ctrlKey || metaKey ? 'steer' : 'send'
  if (key === 'Escape') return 'escape'
  const plain = !shiftKey && !ctrlKey && !metaKey && !altKey
  return key === 'ArrowUp' && plain && empty ? 'last-message' : undefined
}
