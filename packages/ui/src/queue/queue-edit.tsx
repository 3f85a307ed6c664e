import { useState } from 'react'

export interface QueueEditProps {
  readonly text: string
  readonly onKeep: (text: string) => void
  readonly onLeave: () => void
}

/** Other words for a message that waits. Enter keeps them, Esc leaves the old ones. */
export function QueueEdit({ text, onKeep, onLeave }: QueueEditProps) {
  const [draft, setDraft] = useState(text)
  const keep = (): void => {
    if (draft.trim() !== '') onKeep(draft)
  }
  return (
    <form
      className="x-queue-edit"
      onSubmit={(event) => {
        event.preventDefault()
        keep()
      }}
    >
      <textarea
        aria-label="Message in the queue"
        autoFocus
        rows={1}
        value={draft}
        onChange={(event) => setDraft(event.target.value)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            keep()
          } else if (event.key === 'Escape') {
            event.preventDefault()
            event.stopPropagation()
            onLeave()
          }
        }}
      />
      <button type="submit" disabled={draft.trim() === ''}>
        Keep
      </button>
      <button type="button" className="x-quiet" onClick={onLeave}>
        Cancel
      </button>
    </form>
  )
}
