import { useState } from 'react'
import { diffLines } from '../text/count-diff.ts'
import type { Change } from '../text/count-diff.ts'
import { plural } from '../text/format.ts'

/** Lines that are drawn at once; a generated file may have a hundred thousand. */
const SHOWN_LINES = 400

/** A change, line by line, each with its mark. */
export function DiffText({ change }: { readonly change: Change }) {
  const [all, setAll] = useState(false)
  const lines = diffLines(change)
  const shown = all ? lines : lines.slice(0, SHOWN_LINES)
  if (lines.length === 0) return <p className="x-faint x-small">No text changed.</p>
  return (
    <>
      <div className="x-output" tabIndex={0} role="region" aria-label={`Changes in ${change.path}`}>
        <pre>
          {shown.map((line, index) => (
            <span key={index} className={`x-diff-${line.kind}`}>
              {line.text}
              {'\n'}
            </span>
          ))}
        </pre>
      </div>
      {shown.length < lines.length && (
        <button type="button" className="x-link" onClick={() => setAll(true)}>
          Show {plural(lines.length - shown.length, 'more line')}
        </button>
      )}
    </>
  )
}
