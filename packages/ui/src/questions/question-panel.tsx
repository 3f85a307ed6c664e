import { useLayoutEffect, useRef, useState } from 'react'
import type { ConversationState, Fault, Question, QuestionAnswer } from '@x/agents/conversation'
import { agentName } from '../agents/agent-name.ts'
import { FaultNote, faultOf } from '../app/fault-note.tsx'
import type { SessionStore } from '../connection/session-store.ts'
import { plural } from '../text/format.ts'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import { ElicitationCard } from './elicitation-card.tsx'
import { InputCard } from './input-card.tsx'
import { PermissionCard } from './permission-card.tsx'

export interface QuestionPanelProps {
  readonly store: SessionStore
  readonly conversation: ConversationState
  /** Called when the last card was answered from within it: its focus needs a place. */
  readonly onLeave: () => void
}

/** What a card of a question is given. */
export interface QuestionCardProps<Q extends Question> {
  readonly question: Q
  /** The answer is on its way. */
  readonly answering: boolean
  readonly onAnswer: (answer: QuestionAnswer) => void
}

/** The oldest open question, once no approval is open. It never takes the focus from somebody who writes. */
export function QuestionPanel({ store, conversation, onLeave }: QuestionPanelProps) {
  const { questions, approvals, agents } = conversation
  const question = questions[0]
  const [answeredId, setAnsweredId] = useState<string>()
  const [elsewhere, setElsewhere] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const panel = useRef<HTMLElement>(null)
  const hadFocus = useRef(false)
  const questionId = question?.id
  useLayoutEffect(() => {
    if (!hadFocus.current) return
    hadFocus.current = false
    if (questionId === undefined) onLeave()
    else panel.current?.querySelector<HTMLElement>('input, textarea, button')?.focus()
  }, [questionId, onLeave])
  const answer = (given: QuestionAnswer): void => {
    if (!question || answeredId === question.id) return
    hadFocus.current = panel.current?.contains(document.activeElement) ?? false
    setAnsweredId(question.id)
    setElsewhere(false)
    setFault(undefined)
    store.answerQuestion(question.id, given).then(
      (open) => setElsewhere(!open),
      (error: unknown) => {
        setAnsweredId(undefined)
        setFault(faultOf(error))
      },
    )
  }
  return (
    <>
      <p className="x-sr" role="status" aria-live="assertive">
        {question ? revealHidden(spoken(question)) : elsewhere ? 'Answered elsewhere.' : ''}
      </p>
      {question && approvals.length === 0 && (
        <section className="x-approval" ref={panel} aria-label="Question" data-question-id={question.id}>
          <p className="x-approval-head">
            <span className="x-state x-state-asking">
              <Mark kind="asking" /> {HEADS[question.kind]}
            </span>
            {question.agentId !== undefined && (
              <span className="x-asker">asked by {revealHidden(agentName(agents, question.agentId))}</span>
            )}
            {questions.length > 1 && <span className="x-faint">first of {questions.length}</span>}
          </p>
          <Card
            key={question.id}
            question={question}
            answering={answeredId === question.id}
            onAnswer={answer}
          />
          {fault && <FaultNote fault={fault} />}
        </section>
      )}
      {question && approvals.length > 0 && (
        <p className="x-faint x-small">{plural(questions.length, 'question')} to follow</p>
      )}
    </>
  )
}

const HEADS = {
  input: 'The agent asks you',
  elicitation: 'A tool’s server asks you',
  permission: 'Allow more than the sandbox does?',
} as const

function Card({ question, ...rest }: QuestionCardProps<Question>) {
  switch (question.kind) {
    case 'input':
      return <InputCard question={question} {...rest} />
    case 'elicitation':
      return <ElicitationCard question={question} {...rest} />
    case 'permission':
      return <PermissionCard question={question} {...rest} />
  }
}

function spoken(question: Question): string {
  switch (question.kind) {
    case 'input':
      return `The agent asks: ${question.fields.map((field) => field.text).join(' ')}`
    case 'elicitation':
      return `The server ${question.server} asks: ${question.message}`
    case 'permission':
      return `The agent asks to be allowed more: ${question.reason ?? ''}`
  }
}
