import type { FileChange } from '@x/agents/conversation'

export type Change = FileChange['changes'][number]

export interface DiffLine {
  readonly kind: 'added' | 'removed' | 'hunk' | 'same'
  readonly text: string
}

/** The lines of a change: of a unified diff as marked there, of a new or deleted file all of one kind. */
export function diffLines({ kind, diff }: Change): readonly DiffLine[] {
  const lines = diff.split('\n')
  if (lines.at(-1) === '') lines.pop()
  if (kind !== 'update' && !/^@@ /m.test(diff)) {
    const whole = kind === 'add' ? 'added' : 'removed'
    return lines.map((text) => ({ kind: whole, text: `${kind === 'add' ? '+' : '-'}${text}` }))
  }
  let inHunk = !/^@@/m.test(diff)
  return lines.flatMap((text): DiffLine[] => {
    if (text.startsWith('@@')) inHunk = true
    // The names above the first hunk say what the line of the file says already.
    return inHunk ? [{ kind: kindOf(text), text }] : []
  })
}

/** How many lines a change adds and removes. */
export function countDiff(change: Change): { readonly added: number; readonly removed: number } {
  let added = 0
  let removed = 0
  for (const line of diffLines(change)) {
    if (line.kind === 'added') added += 1
    else if (line.kind === 'removed') removed += 1
  }
  return { added, removed }
}

function kindOf(text: string): DiffLine['kind'] {
  if (text.startsWith('@@')) return 'hunk'
  if (text.startsWith('+')) return 'added'
  return text.startsWith('-') ? 'removed' : 'same'
}
