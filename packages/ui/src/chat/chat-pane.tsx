import { useCallback, useMemo, useRef, useState } from 'react'
import type { ConversationState, SessionStatus } from '@x/agents/conversation'
import { Draft } from '../composer/draft.ts'
import { useSend } from '../composer/use-send.ts'
import type { SessionStore } from '../connection/session-store.ts'
import { ScrollKeeper } from '../hooks/scroll-keeper.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import { useStore } from '../hooks/use-store.ts'
import { Announcer } from './announcer.tsx'
import { ChatContext } from './chat-context.ts'
import type { ChatContextValue } from './chat-context.ts'
import { ChatFoot } from './chat-foot.tsx'
import { EmptyConversation } from './empty-conversation.tsx'
import { Notices } from './notices.tsx'
import { Transcript } from './transcript.tsx'
import { useStop } from './use-stop.ts'

export interface ChatPaneProps {
  readonly store: SessionStore
  readonly status: SessionStatus
  /** What may be said in an empty conversation. */
  readonly suggestions: readonly string[]
  /** What the address leads to. */
  readonly itemId: string | undefined
}

/** A session as a chat: transcript, approvals, questions, queue, composer. Give it the session's id as key. */
export function ChatPane({ store, status, suggestions, itemId }: ChatPaneProps) {
  const { conversation, outbox } = useStore(store.view)
  const [draft] = useState(() => new Draft(store.id))
  const [keeper] = useState(() => new ScrollKeeper())
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
  const sendAndFollow = useCallback(
    (when: 'now' | 'next') => {
      send(when)
      if (when === 'now') keeper.toEnd()
    },
    [send, keeper],
  )
  const around = useChatContext(store, conversation, stop)
  if (!conversation) return <p className="x-stage x-faint">Waiting for its transcript…</p>
  return (
    <ChatContext value={around}>
      <Notices notices={conversation.notices} />
      <Transcript
        conversation={conversation}
        outbox={outbox}
        keeper={keeper}
        sessionId={store.id}
        itemId={itemId}
      >
        <EmptyConversation suggestions={suggestions} draft={draft} onPick={toField} />
      </Transcript>
      <Announcer turn={last} />
      <ChatFoot
        store={store}
        conversation={conversation}
        outbox={outbox}
        draft={draft}
        field={field}
        closed={closedBecause(status, conversation)}
        running={running}
        stopping={stopping}
        fault={sendFault ?? stopFault}
        onSend={sendAndFollow}
        onStop={stop}
      />
    </ChatContext>
  )
}

/** The same object while nothing of it changes, so that no item is drawn again for its sake. */
function useChatContext(
  store: SessionStore,
  conversation: ConversationState | undefined,
  onStop: () => void,
): ChatContextValue {
  const cwd = conversation?.cwd ?? ''
  const agents = conversation?.agents
  return useMemo(
    () => ({
      sessionId: store.id,
      cwd,
      agents: agents ?? [],
      onStop,
      onGrant: (itemId, grant) => store.grant(itemId, grant),
      // A failure shows where messages fail: it is withdrawn from the outbox, and can be asked for again.
      onRetry: (text) =>
        void store.send({ clientId: crypto.randomUUID(), text, when: 'now' }).catch(() => undefined),
    }),
    [store, cwd, agents, onStop],
  )
}

function closedBecause(status: SessionStatus, conversation: ConversationState): string | undefined {
  if (status.state === 'ended') return 'Resume the conversation to go on'
  if (conversation.link.state === 'ended') return 'This conversation is over'
  return status.state === 'failed' ? status.fault.message : undefined
}
