import { useState } from 'react'
import type { Fault, SessionStatus } from '@x/agents/conversation'
import { FaultNote, faultOf } from '../app/fault-note.tsx'

export interface StoppedSessionProps {
  readonly status: Extract<SessionStatus, { state: 'failed' | 'ended' }>
  /** Takes this very session up again. */
  readonly onResume: () => Promise<void>
}

/** A session that does not run: why, and the way on. The way to end it for good is in its header. */
export function StoppedSession({ status, onResume }: StoppedSessionProps) {
  const [busy, setBusy] = useState(false)
  const [failure, setFailure] = useState<Fault>()
  const resume = async (): Promise<void> => {
    setBusy(true)
    setFailure(undefined)
    try {
      await onResume()
    } catch (error) {
      setFailure(faultOf(error))
    } finally {
      setBusy(false)
    }
  }
  const button = (
    <button type="button" className="x-primary" disabled={busy} onClick={() => void resume()}>
      {status.state === 'failed' ? 'Retry' : 'Resume'}
    </button>
  )
  return (
    <div className="x-stage" role={status.state === 'failed' ? 'alert' : 'status'}>
      {status.fault ? (
        <FaultNote fault={status.fault}>{button}</FaultNote>
      ) : (
        <div className="x-stopped">
          <p>This conversation is not running. What was said and done in it is kept.</p>
          {button}
        </div>
      )}
      {failure && <FaultNote fault={failure} />}
    </div>
  )
}
