import { useMemo, useState } from 'react'
import type { FileChange } from '@x/agents/conversation'
import { countDiff } from '../text/count-diff.ts'
import type { Change } from '../text/count-diff.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { shortenPath } from '../text/shorten-path.ts'
import { DiffText } from './diff-text.tsx'
import { DoingState } from './doing-state.tsx'
import { Fold } from './fold.tsx'

const WORDS = { add: 'new', update: 'edited', delete: 'deleted' } as const

export interface FileLineProps {
  readonly change: Change
  readonly status: FileChange['status']
  readonly cwd: string
  /** Its approval is open. */
  readonly asked: boolean
}

/** One changed file in one line; open it for the diff. */
export function FileLine({ change, status, cwd, asked }: FileLineProps) {
  const [open, setOpen] = useState(false)
  const { added, removed } = useMemo(() => countDiff(change), [change])
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
          <span className="x-row-side x-figure">
            <span className="x-added">+{added}</span> <span className="x-removed">−{removed}</span>
          </span>
        </>
      }
    >
      <DiffText change={change} />
    </Fold>
  )
}
