import { useState } from 'react'
import { Fold } from '../chat/fold.tsx'
import { DiffCounts } from '../diff/diff-counts.tsx'
import { DiffLines } from '../diff/diff-lines.tsx'
import type { DiffFile } from '../text/parse-diff.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { shortenPath } from '../text/shorten-path.ts'

const WORDS = { add: 'new', update: '', delete: 'deleted' } as const

export interface ChangedFileProps {
  readonly file: DiffFile
  readonly cwd: string
  readonly startsOpen: boolean
}

/** One changed file and its diff. */
export function ChangedFile({ file, cwd, startsOpen }: ChangedFileProps) {
  const [open, setOpen] = useState(startsOpen)
  const { path, from, kind, added, removed } = file
  return (
    <Fold
      open={open}
      onToggle={() => setOpen(!open)}
      head={
        <>
          <code className="x-row-main" title={path}>
            {revealHidden(shortenPath(path, cwd))}
          </code>
          {from !== undefined && (
            <span className="x-row-side" title={from}>
              was {revealHidden(shortenPath(from, cwd))}
            </span>
          )}
          {WORDS[kind] !== '' && <span className="x-row-side">{WORDS[kind]}</span>}
          <DiffCounts added={added} removed={removed} />
        </>
      }
    >
      <DiffLines file={file} />
    </Fold>
  )
}
