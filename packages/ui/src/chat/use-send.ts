import { useCallback, useEffect, useState } from 'react'
import type { ConversationState, Fault } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'
import { hasArrived } from '../connection/outbox.ts'
import type { SessionStore } from '../connection/session-store.ts'
import type { Draft } from './draft.ts'

interface FailedSend {
  readonly clientId: string
  readonly text: string
  readonly fault: Fault
}

/** Sends the draft. A failure brings the text back and says why. */
export function useSend(
  store: SessionStore,
  draft: Draft,
  conversation: ConversationState | undefined,
): { readonly send: () => void; readonly fault: Fault | undefined } {
  const [failed, setFailed] = useState<FailedSend>()
  const arrived = failed !== undefined && conversation !== undefined && hasArrived(conversation, failed)
  useEffect(() => {
    if (!failed || !arrived) return
    // No answer is not a no: it has arrived after all, so it must not be sent twice.
    if (draft.text.read() === failed.text) draft.edit('')
    setFailed(undefined)
  }, [failed, arrived, draft])
  const send = useCallback(() => {
    if (draft.text.read().trim() === '') return
    const text = draft.take()
    const clientId = failed?.text === text ? failed.clientId : crypto.randomUUID()
    setFailed(undefined)
    store.send(text, clientId).then(
      () => draft.settle(text),
      (error: unknown) => {
        draft.putBack(text)
        setFailed({ clientId, text, fault: faultOf(error) })
      },
    )
  }, [store, draft, failed])
  return { send, fault: failed?.fault }
}
