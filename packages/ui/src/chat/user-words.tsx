import { revealBidi } from '../text/reveal-hidden.ts'

export interface UserWordsProps {
  readonly text: string
  /** Names of what came with it. @default none */
  readonly attachments?: readonly string[] | undefined
  /** On its way to the agent. */
  readonly pending?: boolean
}

/** What the person said, in a quiet block, as it was written. */
export function UserWords({ text, attachments = [], pending = false }: UserWordsProps) {
  return (
    <div className="x-words">
      <span className="x-sr">You said: </span>
      {revealBidi(text)}
      {pending && <span className="x-words-note">sending</span>}
      {attachments.length > 0 && (
        <p className="x-words-with">with {attachments.map(revealBidi).join(', ')}</p>
      )}
    </div>
  )
}
