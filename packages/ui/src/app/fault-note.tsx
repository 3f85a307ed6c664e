import type { Fault } from '@x/agents/conversation'
import type { ReactNode } from 'react'
import { Mark } from '../theme/mark.tsx'
import { RequestError } from '../errors.ts'
import { revealBidi } from '../text/reveal-hidden.ts'

export interface FaultNoteProps {
  readonly fault: Fault
  /** Buttons that do something about it. */
  readonly children?: ReactNode
}

/** What went wrong and what to do, as sentences, with the buttons that do it. */
export function FaultNote({ fault, children }: FaultNoteProps) {
  return (
    <div className="x-fault">
      <Mark kind="failed" />
      <div>
        <p>{revealBidi(fault.message)}</p>
        {fault.remedy !== undefined && <p className="x-faint">{revealBidi(fault.remedy)}</p>}
        {children !== undefined && children !== false && <div className="x-actions">{children}</div>}
      </div>
    </div>
  )
}

/** What a failed request says to a person. */
export function faultOf(error: unknown): Fault {
  if (error instanceof RequestError)
    return { message: error.message, ...(error.remedy !== undefined && { remedy: error.remedy }) }
  return { message: error instanceof Error ? error.message : String(error) }
}
