import type { Conversation } from '@x/agents/conversation'
import type { MessageRequest } from './parse-request.ts'

/** Messages remembered over all sessions. */
const MAX_REMEMBERED = 1000

/** What became of a message: the turn that it is part of, or it waits for the turn that runs to end. */
export type Sent = { readonly turnId: string } | { readonly queued: true }

/**
 * Sends each message once, however often it is asked for: a page that saw no answer asks again with the same name.
 * What was sent before a restart of the server is found by that name in the conversation itself.
 */
export class SentMessages {
  private readonly sent = new Map<string, Promise<Sent>>()

  /** Rejects as `TurnHandle.turnId` does. */
  send(sessionId: string, conversation: Conversation, message: MessageRequest): Promise<Sent> {
    const { text, clientId, when = 'now' } = message
    const key = `${sessionId}\n${clientId}`
    const before = this.sent.get(key)
    if (before) return before
    const known = findIn(conversation, clientId)
    if (known) return Promise.resolve(known)
    const handle = conversation.send(text, { clientId, when })
    handle.result.catch(() => undefined) // The page reads how the turn ends from the feed.
    const turn = handle.turnId.then((turnId) => ({ turnId }))
    const sent = when === 'now' ? turn : orQueued(conversation, clientId, turn)
    this.remember(key, sent)
    return sent
  }

  private remember(key: string, sent: Promise<Sent>): void {
    this.sent.set(key, sent)
    sent.catch(() => this.sent.delete(key))
    for (const oldest of this.sent.keys()) {
      if (this.sent.size <= MAX_REMEMBERED) break
      this.sent.delete(oldest)
    }
  }
}

/** A message that waits has no turn for as long as another one runs: nobody is kept waiting for that. */
async function orQueued(conversation: Conversation, clientId: string, turn: Promise<Sent>): Promise<Sent> {
  const known = new AbortController()
  const queued = new Promise<Sent>((resolve, reject) => {
    const look = async (): Promise<void> => {
      for await (const _frame of conversation.feed({ signal: known.signal })) {
        if (isQueued(conversation, clientId)) resolve({ queued: true })
      }
    }
    look().catch(reject)
  })
  try {
    return await Promise.race([turn, queued])
  } finally {
    known.abort()
    turn.catch(() => undefined) // It may be withdrawn long after this was answered.
  }
}

function findIn(conversation: Conversation, clientId: string): Sent | undefined {
  if (isQueued(conversation, clientId)) return { queued: true }
  const turn = conversation.state.turns.findLast((one) =>
    one.items.some((item) => item.type === 'user-message' && item.clientId === clientId),
  )
  return turn && { turnId: turn.id }
}

function isQueued({ state }: Conversation, clientId: string): boolean {
  return state.queue.messages.some((message) => message.id === clientId)
}
