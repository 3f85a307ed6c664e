import { useLayoutEffect, useRef, useState } from 'react'
import type { Approval, ApprovalDecision, ConversationState, Item } from '@x/agents/conversation'
import { agentName } from '../agents/agent-name.ts'
import type { SessionStore } from '../connection/session-store.ts'
import { useHotKeys } from '../hooks/use-hot-keys.ts'
import type { HotKeys } from '../hooks/use-hot-keys.ts'
import { ApprovalCard } from './approval-card.tsx'
import { choicesOf } from './approval-choices.ts'
import { useAnswer } from './use-answer.ts'
import { revealHidden } from '../text/reveal-hidden.ts'

export interface ApprovalPanelProps {
  readonly store: SessionStore
  readonly conversation: ConversationState
  /** Called when the last card was answered from within it: its focus needs a place. */
  readonly onLeave: () => void
}

/** The oldest open approval, one card at a time. It never takes the focus from somebody who writes. */
export function ApprovalPanel({ store, conversation, onLeave }: ApprovalPanelProps) {
  const { approvals, turns, cwd } = conversation
  const approval = approvals[0]
  const { answeredId, elsewhere, fault, answer } = useAnswer(store)
  const panel = useRef<HTMLElement>(null)
  const noteField = useRef<HTMLTextAreaElement>(null)
  const [note, setNote] = useState<{ readonly approvalId: string; readonly text: string }>()
  const noted = note?.approvalId === approval?.id ? note?.text : undefined
  const hadFocus = useRef(false)
  const decide = (decision: ApprovalDecision): void => {
    if (!approval) return
    hadFocus.current = panel.current?.contains(document.activeElement) ?? false
    answer(approval.id, decision, noted)
  }
  const changeNote = (text: string | undefined): void =>
    setNote(text === undefined || !approval ? undefined : { approvalId: approval.id, text })
  const toNote = (): boolean => {
    changeNote(noted ?? '')
    noteField.current?.focus()
    return approval !== undefined
  }
  useHotKeys({ ...keysOf(approval, decide), ...(approval && { e: toNote }) })
  const approvalId = approval?.id
  useLayoutEffect(() => {
    if (!hadFocus.current) return
    hadFocus.current = false
    if (approvalId === undefined) onLeave()
    else panel.current?.querySelector<HTMLElement>('.x-actions button')?.focus()
  }, [approvalId, onLeave])
  return (
    <>
      <p className="x-sr" role="status" aria-live="assertive">
        {approval ? revealHidden(spoken(approval)) : elsewhere ? 'Answered elsewhere.' : ''}
      </p>
      {approval && (
        <section className="x-approval" ref={panel} aria-label="Approval" data-approval-id={approval.id}>
          <ApprovalCard
            key={approval.id}
            approval={approval}
            waiting={approvals.length + conversation.questions.length}
            item={itemOf(turns, approval)}
            cwd={cwd}
            asker={
              approval.agentId === undefined ? undefined : agentName(conversation.agents, approval.agentId)
            }
            note={noted}
            noteField={noteField}
            onNote={changeNote}
            answering={answeredId === approval.id}
            fault={fault}
            onAnswer={decide}
          />
        </section>
      )}
    </>
  )
}

function keysOf(approval: Approval | undefined, decide: (decision: ApprovalDecision) => void): HotKeys {
  if (!approval) return {}
  const keyed = choicesOf(approval).flatMap(({ decision, key }) => {
    const run = (): boolean => {
      decide(decision)
      return true
    }
    return key === undefined ? [] : [[key, run] as const]
  })
  return Object.fromEntries(keyed)
}

function spoken({ kind, command, reason }: Approval): string {
  return `The agent asks for approval of a ${kind.replace('-', ' ')}: ${command ?? reason ?? ''}`
}

function itemOf(turns: ConversationState['turns'], { turnId, itemId }: Approval): Item | undefined {
  return turns.findLast((turn) => turn.id === turnId)?.items.findLast((item) => item.id === itemId)
}
