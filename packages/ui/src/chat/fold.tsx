import type { ReactNode } from 'react'

export interface FoldProps {
  readonly open: boolean
  readonly onToggle: () => void
  /** The one line that always shows. */
  readonly head: ReactNode
  /** What shows when it is open. */
  readonly children: ReactNode
}

/** One line that can be opened for more. */
export function Fold({ open, onToggle, head, children }: FoldProps) {
  return (
    <div className="x-fold">
      <button type="button" className="x-row" aria-expanded={open} onClick={onToggle}>
        <svg className="x-caret" viewBox="0 0 12 12" aria-hidden="true">
          <path d="M4.5 2.5l3.5 3.5l-3.5 3.5" />
        </svg>
        {head}
      </button>
      {open && <div className="x-fold-body">{children}</div>}
    </div>
  )
}
