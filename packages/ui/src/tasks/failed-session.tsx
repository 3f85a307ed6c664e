import { useState } from 'react'
import type { Fault } from '@x/agents/conversation'
import { FaultNote, faultOf } from '../app/fault-note.tsx'

export interface FailedSessionProps {
  readonly fault: Fault
  readonly directory: string
  /** Starts another one in the same directory. */
  readonly onRetry: () => Promise<void>
  /** Ends this one and forgets it. */
  readonly onEnd: () => Promise<void>
}

/** A session that could not be started or found again: why, what to do, and the two ways on. */
export function FailedSession({ fault, directory, onRetry, onEnd }: FailedSessionProps) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Fault>()
  const run = async (action: () => Promise<void>): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    try {
      await action()
    } catch (error) {
      setFailure(faultOf(error))
    } finally {
      setBusy(false)
    }
  }
  return (
    <div className="x-stage" role="alert">
      <FaultNote fault={fault}>
        <button type="button" disabled={busy} onClick={() => void run(onRetry)}>
          Retry
        </button>
        <button type="button" disabled={busy} onClick={() => void run(onEnd)}>
          End
        </button>
      </FaultNote>
      <p className="x-faint x-small">
        Retry starts a new conversation in <code>{directory}</code>; this one stays in the list until you end
        it.
      </p>
      {failure && <FaultNote fault={failure} />}
    </div>
  )
}
