export interface UserWordsProps {
  readonly text: string
  /** On its way to the agent. */
  readonly pending?: boolean
}

/** What the person said, in a quiet block, as it was written. */
export function UserWords({ text, pending = false }: UserWordsProps) {
  return (
    <div className="x-words">
      <span className="x-sr">You said: </span>
      {text}
      {pending && <span className="x-words-note">sending</span>}
    </div>
  )
}
