import type { Turn } from '@x/agents/conversation'
import { parseDiff, readChange } from '../text/parse-diff.ts'
import type { DiffFile } from '../text/parse-diff.ts'

const KNOWN = new WeakMap<Turn, readonly DiffFile[]>()

/**
 * What a turn has changed in files: by its diff where the agent tells one, else change by change, in the order in
 * which they were made.
 */
export function changedFiles(turn: Turn): readonly DiffFile[] {
  const known = KNOWN.get(turn)
  if (known) return known
  const files =
    turn.diff === undefined
      ? turn.items.flatMap((item) =>
          item.type === 'file-change' && item.status === 'completed' ? item.changes.map(readChange) : [],
        )
      : parseDiff(turn.diff)
  KNOWN.set(turn, files)
  return files
}
