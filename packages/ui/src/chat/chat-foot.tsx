import { useCallback } from 'react'
import type { RefObject } from 'react'
import type { ConversationState, Fault } from '@x/agents/conversation'
import { AgentRows, busyAgents } from '../agents/agent-rows.tsx'
import { ApprovalPanel } from '../approvals/approval-panel.tsx'
import { Composer } from '../composer/composer.tsx'
import { ComposerFoot } from '../composer/composer-foot.tsx'
import type { Draft } from '../composer/draft.ts'
import type { PendingMessage } from '../connection/outbox.ts'
import type { SessionStore } from '../connection/session-store.ts'
import { PlanList } from '../plan/plan-list.tsx'
import { QuestionPanel } from '../questions/question-panel.tsx'
import { QueueList } from '../queue/queue-list.tsx'

export interface ChatFootProps {
  readonly store: SessionStore
  readonly conversation: ConversationState
  readonly outbox: readonly PendingMessage[]
  readonly draft: Draft
  readonly field: RefObject<HTMLTextAreaElement | null>
  /** Why nothing can be said; undefined when something can. */
  readonly closed: string | undefined
  readonly running: boolean
  readonly stopping: boolean
  readonly fault: Fault | undefined
  readonly onSend: (when: 'now' | 'next') => void
  readonly onStop: () => void
}

/** Below the transcript: the plan, the agents at work, what waits for an answer, the queue, and the composer. */
export function ChatFoot(props: ChatFootProps) {
  const { store, conversation, outbox, field, running } = props
  const toField = useCallback(() => field.current?.focus(), [field])
  const last = conversation.turns.at(-1)
  const asks = conversation.approvals.length + conversation.questions.length > 0
  return (
    <div className="x-foot">
      <div className="x-foot-cards">
        {last?.plan && <PlanList key={last.id} plan={last.plan} unfolded={running && !asks} />}
        <AgentRows agents={busyAgents(conversation.agents)} />
        <ApprovalPanel store={store} conversation={conversation} onLeave={toField} />
        <QuestionPanel store={store} conversation={conversation} onLeave={toField} />
        <QueueList
          store={store}
          queue={conversation.queue}
          pending={outbox.filter((message) => message.when === 'next')}
        />
      </div>
      <Composer
        draft={props.draft}
        field={field}
        closed={props.closed}
        running={running}
        stopping={props.stopping}
        fault={props.fault}
        lastMessage={() => lastSaid(conversation)}
        onSend={props.onSend}
        onStop={props.onStop}
        foot={(hint, hintId) => (
          <ComposerFoot
            store={store}
            conversation={conversation}
            closed={props.closed !== undefined}
            hint={hint}
            hintId={hintId}
          />
        )}
      />
    </div>
  )
}

/** The newest of a person's messages, also one that waits. */
function lastSaid({ turns, queue }: ConversationState): string | undefined {
  const waiting = queue.messages.at(-1)
  if (waiting) return waiting.text
  const turn = turns.findLast((one) => one.items.some((item) => item.type === 'user-message'))
  const item = turn?.items.findLast((one) => one.type === 'user-message')
  return item?.type === 'user-message' ? item.text : undefined
}
