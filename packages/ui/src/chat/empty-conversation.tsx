import type { Draft } from '../composer/draft.ts'

export interface EmptyConversationProps {
  readonly suggestions: readonly string[]
  readonly draft: Draft
  readonly onPick: () => void
}

/** What to do when nothing was said yet. */
export function EmptyConversation({ suggestions, draft, onPick }: EmptyConversationProps) {
  return (
    <p className="x-empty">
      Nothing said yet. Say what you want done
      {suggestions.length > 0 && ', or try '}
      {suggestions.map((text, index) => (
        <span key={text}>
          {index > 0 && ' or '}
          <button
            type="button"
            className="x-link"
            onClick={() => {
              draft.edit(text)
              onPick()
            }}
          >
            <code>{text}</code>
          </button>
        </span>
      ))}
      .
    </p>
  )
}
