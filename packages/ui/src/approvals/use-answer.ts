import { useState } from 'react'
import type { ApprovalDecision, Fault } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'
import type { SessionStore } from '../connection/session-store.ts'

export interface Answering {
  /** The approval whose answer is on its way, or has arrived and waits for the feed to say so. */
  readonly answeredId: string | undefined
  readonly elsewhere: boolean
  readonly fault: Fault | undefined
  /** `note`: said to the agent once it has the answer. */
  readonly answer: (approvalId: string, decision: ApprovalDecision, note?: string) => void
}

/** Answers approvals, each at most once. */
export function useAnswer(store: SessionStore): Answering {
  const [answeredId, setAnsweredId] = useState<string>()
  const [elsewhere, setElsewhere] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const answer: Answering['answer'] = (approvalId, decision, note = '') => {
    if (answeredId === approvalId) return
    setAnsweredId(approvalId)
    setFault(undefined)
    setElsewhere(false)
    const answered = async (): Promise<void> => {
      const open = await store.answer(approvalId, decision)
      setElsewhere(!open)
      if (note.trim() !== '') await store.send({ clientId: crypto.randomUUID(), text: note, when: 'now' })
    }
    answered().catch((error: unknown) => {
      setAnsweredId(undefined)
      setFault(faultOf(error))
    })
  }
  return { answeredId, elsewhere, fault, answer }
}
