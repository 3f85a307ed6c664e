import { memo } from 'react'
import { cutLine } from '../lines/cut-line.ts'
import { LineWindow } from '../lines/line-window.tsx'
import { plural } from '../text/format.ts'
import type { DiffFile, DiffLine } from '../text/parse-diff.ts'
import { revealHidden } from '../text/reveal-hidden.ts'

const SIGNS: Readonly<Record<DiffLine['kind'], string>> = {
  added: '+',
  removed: '−',
  same: ' ',
  hunk: '',
  note: '',
}

/** The changes of one file, line by line with their numbers. Lines do not wrap; the box scrolls. */
export function DiffLines({ file }: { readonly file: DiffFile }) {
  const { lines, path } = file
  if (lines.length === 0) return <p className="x-faint x-small">No text changed.</p>
  const digits = String(
    lines.reduce((most, line) => Math.max(most, line.before ?? 0, line.after ?? 0), 0),
  ).length
  return (
    <div className={`x-diff x-diff-digits-${Math.min(digits, 7)}`}>
      <LineWindow
        label={`Changes in ${path}`}
        count={lines.length}
        line={(index) => {
          const line = lines[index]
          return line && <DiffRow line={line} />
        }}
      />
    </div>
  )
}

const DiffRow = memo(function DiffRow({ line }: { readonly line: DiffLine }) {
  const { kind, text, before, after } = line
  const { shown, more } = cutLine(text)
  return (
    <div className={`x-diff-line x-diff-${kind}`}>
      {kind === 'hunk' || kind === 'note' ? null : (
        <>
          <span className="x-diff-number">{before}</span>
          <span className="x-diff-number">{after}</span>
          <span className="x-diff-sign">{SIGNS[kind]}</span>
        </>
      )}
      <span>
        {revealHidden(shown)}
        {more > 0 && <span className="x-faint"> … {plural(more, 'more character')}</span>}
      </span>
    </div>
  )
})
