import { useState } from 'react'
import type { Fault, MessageQueue, QueuedMessage } from '@x/agents/conversation'
import { FaultNote, faultOf } from '../app/fault-note.tsx'
import type { PendingMessage } from '../connection/outbox.ts'
import type { SessionStore } from '../connection/session-store.ts'
import { plural } from '../text/format.ts'
import { revealBidi } from '../text/reveal-hidden.ts'
import { Mark } from '../theme/mark.tsx'
import { QueueEdit } from './queue-edit.tsx'

const HELD = {
  interrupted: 'the turn was stopped',
  failed: 'the turn has failed',
} as const

export interface QueueListProps {
  readonly store: SessionStore
  readonly queue: MessageQueue
  /** Those that are on their way into the queue. */
  readonly pending: readonly PendingMessage[]
}

/** What is to be said next, oldest first: each can be changed, withdrawn, or sent now. */
export function QueueList({ store, queue, pending }: QueueListProps) {
  const [fault, setFault] = useState<Fault>()
  const { messages, held } = queue
  if (messages.length === 0 && pending.length === 0) return null
  const run = (what: Promise<boolean>): void => {
    setFault(undefined)
    what.then(
      (waits) => {
        if (!waits) setFault({ message: 'That message waits no longer: it has been sent or withdrawn.' })
      },
      (error: unknown) => setFault(faultOf(error)),
    )
  }
  return (
    <section className="x-queue" aria-label="Queue" data-held={held}>
      <p className="x-queue-head x-small">
        {held ? (
          <span className="x-state x-state-waiting" role="status">
            <Mark kind="waiting" /> Held, since {HELD[held]}: send one now, or say something else
          </span>
        ) : (
          <span className="x-faint">{plural(messages.length + pending.length, 'message')} to follow</span>
        )}
      </p>
      <ol>
        {messages.map((message) => (
          <QueueEntry key={message.id} message={message} store={store} run={run} />
        ))}
        {pending.map((message) => (
          <li key={message.clientId} className="x-queue-entry" data-pending={message.clientId}>
            <span className="x-queue-text">{revealBidi(message.text)}</span>
            <span className="x-faint x-small">sending</span>
          </li>
        ))}
      </ol>
      {fault && <FaultNote fault={fault} />}
    </section>
  )
}

interface QueueEntryProps {
  readonly message: QueuedMessage
  readonly store: SessionStore
  readonly run: (what: Promise<boolean>) => void
}

function QueueEntry({ message: { id, text }, store, run }: QueueEntryProps) {
  const [editing, setEditing] = useState(false)
  if (editing)
    return (
      <li className="x-queue-entry" data-queued-id={id}>
        <QueueEdit
          text={text}
          onKeep={(changed) => {
            setEditing(false)
            if (changed !== text) run(store.editQueued(id, changed))
          }}
          onLeave={() => setEditing(false)}
        />
      </li>
    )
  return (
    <li className="x-queue-entry" data-queued-id={id}>
      <span className="x-queue-text">{revealBidi(text)}</span>
      <span className="x-queue-actions">
        <button type="button" className="x-quiet" onClick={() => setEditing(true)}>
          Edit
        </button>
        <button type="button" className="x-quiet" onClick={() => run(store.withdrawQueued(id))}>
          Withdraw
        </button>
        <button type="button" className="x-quiet" onClick={() => run(store.sendQueued(id))}>
          Send now
        </button>
      </span>
    </li>
  )
}
