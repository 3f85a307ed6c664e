import { memo, useLayoutEffect, useRef } from 'react'
import type { ReactNode } from 'react'
import type { Approval, ConversationState } from '@x/agents/conversation'
import type { PendingMessage } from '../connection/outbox.ts'
import type { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { useStore } from '../hooks/use-store.ts'
import { TurnView } from './turn-view.tsx'
import { UserWords } from './user-words.tsx'

/** One and the same for every turn that has ended: a new approval draws none of them again. */
const NONE: readonly Approval[] = []

export interface TranscriptProps {
  readonly conversation: ConversationState
  readonly outbox: readonly PendingMessage[]
  readonly keeper: ScrollKeeper
  readonly onStop: () => void
  /** Shown while nothing was said. */
  readonly children: ReactNode
}

/** Everything that was said and done, oldest first. */
export const Transcript = memo(function Transcript(props: TranscriptProps) {
  const { conversation, outbox, keeper, onStop, children } = props
  const scroller = useRef<HTMLDivElement>(null)
  const content = useRef<HTMLDivElement>(null)
  const atEnd = useStore(keeper.atEnd)
  useLayoutEffect(() => {
    if (!scroller.current || !content.current) return undefined
    return keeper.attach(scroller.current, content.current)
  }, [keeper])
  const empty = conversation.turns.length === 0 && outbox.length === 0
  return (
    <div className="x-transcript-frame">
      {/* Each delta read aloud would bury the listener; a live region elsewhere says what matters. */}
      <div
        className="x-transcript"
        ref={scroller}
        role="log"
        aria-label="Transcript"
        aria-live="off"
        tabIndex={0}
      >
        <div className="x-transcript-content" ref={content}>
          {empty && children}
          {conversation.turns.map((turn, index) => (
            <TurnView
              key={turn.id}
              turn={turn}
              number={index + 1}
              cwd={conversation.cwd}
              approvals={turn.status === 'in-progress' ? conversation.approvals : NONE}
              onStop={onStop}
            />
          ))}
          {outbox.length > 0 && (
            <ol className="x-items x-outbox">
              {outbox.map((message) => (
                <li
                  key={message.clientId}
                  className="x-item x-item-user-message"
                  data-pending={message.clientId}
                >
                  <UserWords text={message.text} pending />
                </li>
              ))}
            </ol>
          )}
        </div>
      </div>
      {!atEnd && (
        <button type="button" className="x-jump" onClick={keeper.toEnd}>
          Jump to latest
        </button>
      )}
    </div>
  )
})
