import type { RefObject } from 'react'
import type { Approval, ApprovalDecision, Fault, Item } from '@x/agents/conversation'
import { FaultNote } from '../app/fault-note.tsx'
import { FileLine } from '../chat/file-line.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import { choicesOf } from './approval-choices.ts'

const QUESTIONS = {
  command: 'Run this command?',
  'file-change': 'Change these files?',
} as const

export interface ApprovalCardProps {
  readonly approval: Approval
  /** All that wait, this one included. */
  readonly waiting: number
  /** What it is about, when the transcript has it. */
  readonly item: Item | undefined
  readonly cwd: string
  /** Which agent asks, when it is not the agent itself. */
  readonly asker: string | undefined
  /** What is said to the agent with the answer; undefined while nobody wants to. */
  readonly note: string | undefined
  readonly noteField: RefObject<HTMLTextAreaElement | null>
  /** The answer that is on its way. */
  readonly answering: boolean
  readonly fault: Fault | undefined
  readonly onAnswer: (decision: ApprovalDecision) => void
  readonly onNote: (note: string | undefined) => void
}

/** What the agent asks for: exactly what, where, why, and what it may touch. */
export function ApprovalCard(props: ApprovalCardProps) {
  const { approval, waiting, item, cwd, asker, answering, fault, onAnswer } = props
  const command = approval.command ?? (item?.type === 'command' ? item.command : undefined)
  const directory = approval.cwd ?? (item?.type === 'command' && item.cwd !== '' ? item.cwd : cwd)
  return (
    <>
      <p className="x-approval-head">
        <span className="x-state x-state-asking">
          <Mark kind="asking" /> {QUESTIONS[approval.kind]}
        </span>
        {asker !== undefined && <span className="x-asker">asked by {revealHidden(asker)}</span>}
        {waiting > 1 && <span className="x-faint">first of {waiting}</span>}
      </p>
      {command !== undefined && <pre className="x-command">{revealHidden(command)}</pre>}
      {item?.type === 'file-change' &&
        item.changes.map((change) => (
          <FileLine key={change.path} change={change} status={item.status} cwd={cwd} asked startsOpen />
        ))}
      <p className="x-faint x-small">
        in <code>{revealHidden(directory)}</code>
      </p>
      {approval.reason !== undefined && <p className="x-reason">{revealHidden(approval.reason)}</p>}
      {approval.leavesSandbox && (
        <p className="x-warning">
          <Mark kind="asking" /> Runs outside the sandbox: it can read and change whatever your account can,
          this login too.
        </p>
      )}
      {fault && <FaultNote fault={fault} />}
      <Note {...props} />
      <div className="x-actions">
        {choicesOf(approval).map(({ decision, label, key }) => (
          <button
            key={decision}
            type="button"
            className={decision === 'accept' ? 'x-primary' : ''}
            aria-disabled={answering}
            aria-keyshortcuts={key}
            onClick={() => onAnswer(decision)}
          >
            {label}
            {key !== undefined && <kbd aria-hidden="true">{key}</kbd>}
          </button>
        ))}
        {props.note === undefined && (
          <button type="button" className="x-quiet" aria-keyshortcuts="e" onClick={() => props.onNote('')}>
            Add a note<kbd aria-hidden="true">e</kbd>
          </button>
        )}
      </div>
    </>
  )
}

/** Words that go to the agent with the answer. */
function Note({ note, noteField, onNote }: ApprovalCardProps) {
  if (note === undefined) return null
  return (
    <label className="x-note x-small">
      Note to the agent, sent with your answer
      <textarea
        ref={noteField}
        rows={1}
        autoFocus
        value={note}
        onChange={(event) => onNote(event.target.value)}
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.preventDefault()
          event.stopPropagation()
          onNote(undefined)
        }}
      />
    </label>
  )
}
