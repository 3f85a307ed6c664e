import type { ReactNode } from 'react'
import { useHotKeys } from '../hooks/use-hot-keys.ts'

export interface QuestionActionsProps {
  readonly answering: boolean
  readonly onDecline: () => void
  /** @default "Decline" */
  readonly decline?: string
  /** The buttons that answer. */
  readonly children: ReactNode
}

/** The buttons of a question's card; `n` says no to any of them. */
export function QuestionActions({
  answering,
  onDecline,
  decline = 'Decline',
  children,
}: QuestionActionsProps) {
  useHotKeys({
    n: () => {
      onDecline()
      return true
    },
  })
  return (
    <div className="x-actions">
      {children}
      <button type="button" aria-disabled={answering} aria-keyshortcuts="n" onClick={onDecline}>
        {decline}
        <kbd aria-hidden="true">n</kbd>
      </button>
    </div>
  )
}
