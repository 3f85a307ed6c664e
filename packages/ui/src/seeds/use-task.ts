import { useState } from 'react'
import type { Fault } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'

/** Something that a person has asked for, one at a time. */
export interface Task {
  readonly busy: boolean
  /** Why the last one came to nothing. */
  readonly fault: Fault | undefined
  /** @returns whether it went well */
  readonly run: (work: () => Promise<void>) => Promise<boolean>
}

export function useTask(): Task {
  const [busy, setBusy] = useState(false)
  const [fault, setFault] = useState<Fault>()
  const run = async (work: () => Promise<void>): Promise<boolean> => {
    setBusy(true)
    setFault(undefined)
    try {
      await work()
      return true
    } catch (error) {
      setFault(faultOf(error))
      return false
    } finally {
      setBusy(false)
    }
  }
  return { busy, fault, run }
}
