import { useCallback, useEffect, useState } from 'react'
import type { ConversationState, Fault } from '@x/agents/conversation'
import { faultOf } from '../app/fault-note.tsx'
import { hasArrived } from '../connection/outbox.ts'
import type { PendingMessage } from '../connection/outbox.ts'
import type { SessionStore } from '../connection/session-store.ts'
import type { Draft } from './draft.ts'

interface FailedSend extends PendingMessage {
  readonly fault: Fault
}

export interface Sending {
  /** Sends the draft: into the turn that runs, or after it. */
  readonly send: (when: 'now' | 'next') => void
  readonly fault: Fault | undefined
}

/** Sends the draft. A failure brings the text back and says why. */
export function useSend(
  store: SessionStore,
  draft: Draft,
  conversation: ConversationState | undefined,
): Sending {
  const [failed, setFailed] = useState<FailedSend>()
  const arrived = failed !== undefined && conversation !== undefined && hasArrived(conversation, failed)
  useEffect(() => {
    if (!failed || !arrived) return
    // No answer is not a no: it has arrived after all, so it must not be sent twice.
    if (draft.text.read() === failed.text) draft.edit('')
    setFailed(undefined)
  }, [failed, arrived, draft])
  const send = useCallback(
    (when: 'now' | 'next') => {
      if (draft.text.read().trim() === '') return
      const text = draft.take()
      const clientId = failed?.text === text ? failed.clientId : crypto.randomUUID()
      setFailed(undefined)
      store.send({ clientId, text, when }).then(
        () => draft.settle(text),
        (error: unknown) => {
          draft.putBack(text)
          setFailed({ clientId, text, when, fault: faultOf(error) })
        },
      )
    },
    [store, draft, failed],
  )
  return { send, fault: failed?.fault }
}
