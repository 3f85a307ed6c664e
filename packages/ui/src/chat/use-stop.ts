import { useCallback, useState } from 'react'
import type { Fault } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'
import type { SessionStore } from '../connection/session-store.ts'

/** Stops the running turn. `stopping` names the turn that was told to stop. */
export function useStop(
  store: SessionStore,
  turnId: string | undefined,
): { readonly stop: () => void; readonly stopping: boolean; readonly fault: Fault | undefined } {
  const [stoppingId, setStoppingId] = useState<string>()
  const [fault, setFault] = useState<Fault>()
  const stop = useCallback(() => {
    if (turnId === undefined) return
    setStoppingId(turnId)
    setFault(undefined)
    store.interrupt().catch((error: unknown) => {
      setStoppingId(undefined)
      setFault(faultOf(error))
    })
  }, [store, turnId])
  return { stop, stopping: turnId !== undefined && stoppingId === turnId, fault }
}
