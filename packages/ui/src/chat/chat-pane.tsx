import { useCallback, useRef, useState } from 'react'
import type { ConversationState, SessionStatus } from '@x/agents/conversation'
import { ApprovalPanel } from '../approvals/approval-panel.tsx'
import type { SessionStore } from '../connection/session-store.ts'
import { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import { useStore } from '../hooks/use-store.ts'
import { Announcer } from './announcer.tsx'
import { Composer } from './composer.tsx'
import { Draft } from './draft.ts'
import { EmptyConversation } from './empty-conversation.tsx'
import { Notices } from './notices.tsx'
import { Transcript } from './transcript.tsx'
import { useSend } from './use-send.ts'
import { useStop } from './use-stop.ts'

export interface ChatPaneProps {
  readonly store: SessionStore
  readonly status: SessionStatus
  /** What may be said in an empty conversation. */
  readonly suggestions: readonly string[]
}

/** A session as a chat: transcript, approvals, composer. Give it the session's id as key. */
export function ChatPane({ store, status, suggestions }: ChatPaneProps) {
  const { conversation, outbox } = useStore(store.view)
  const [draft] = useState(() => new Draft(store.id))
  const [keeper] = useState(() => new ScrollKeeper(`x:place:${store.id}`))
  const field = useRef<HTMLTextAreaElement>(null)
  const toField = useCallback(() => field.current?.focus(), [])
  const last = conversation?.turns.at(-1)
  const running = last?.status === 'in-progress'
  const { stop, stopping, fault: stopFault } = useStop(store, running ? last.id : undefined)
  const { send, fault: sendFault } = useSend(store, draft, conversation)
  const stopByKey = (): boolean => {
    if (running) stop()
    return running
  }
  useHotKeys({ '.': stopByKey, Escape: stopByKey })
  const sendAndFollow = useCallback(() => {
    send()
    keeper.toEnd()
  }, [send, keeper])
  if (!conversation) return <p className="x-stage x-faint">Waiting for its transcript…</p>
  return (
    <>
      <Notices notices={conversation.notices} />
      <Transcript conversation={conversation} outbox={outbox} keeper={keeper} onStop={stop}>
        <EmptyConversation suggestions={suggestions} draft={draft} onPick={toField} />
      </Transcript>
      <Announcer turn={last} />
      <div className="x-foot">
        <ApprovalPanel store={store} conversation={conversation} onLeave={toField} />
        <Composer
          draft={draft}
          field={field}
          closed={closedBecause(status, conversation)}
          running={running}
          stopping={stopping}
          fault={sendFault ?? stopFault}
          onSend={sendAndFollow}
          onStop={stop}
        />
      </div>
    </>
  )
}

function closedBecause(status: SessionStatus, conversation: ConversationState): string | undefined {
  if (status.state === 'ended') return 'Resume the conversation to go on'
  if (conversation.link.state === 'ended') return 'This conversation is over'
  return status.state === 'failed' ? status.fault.message : undefined
}
