import { useMemo, useState } from 'react'
import type { FileChange } from '@x/agents/conversation'
import { DiffCounts } from '../diff/diff-counts.tsx'
import { DiffLines } from '../diff/diff-lines.tsx'
import { readChange } from '../text/parse-diff.ts'
import type { Change } from '../text/parse-diff.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { shortenPath } from '../text/shorten-path.ts'
import { DoingState } from './doing-state.tsx'
import { Fold } from './fold.tsx'

const WORDS = { add: 'new', update: 'edited', delete: 'deleted' } as const

export interface FileLineProps {
  readonly change: Change
  readonly status: FileChange['status']
  readonly cwd: string
  /** Its approval is open. */
  readonly asked: boolean
  /** @default false */
  readonly startsOpen?: boolean
}

/** One changed file in one line; open it for the diff. */
export function FileLine({ change, status, cwd, asked, startsOpen = false }: FileLineProps) {
  const [open, setOpen] = useState(startsOpen)
  const file = useMemo(() => readChange(change), [change])
  return (
    <Fold
      open={open}
      onToggle={() => setOpen(!open)}
      head={
        <>
          <DoingState status={status} asked={asked} />
          <code className="x-row-main" title={change.path}>
            {revealHidden(shortenPath(change.path, cwd))}
          </code>
          <span className="x-row-side">{WORDS[change.kind]}</span>
          <DiffCounts added={file.added} removed={file.removed} />
        </>
      }
    >
      <DiffLines file={file} />
    </Fold>
  )
}
