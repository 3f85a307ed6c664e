import type { Conversation } from '@x/agents/conversation'

/** Messages remembered over all sessions. */
const MAX_REMEMBERED = 1000

/**
 * Sends each message once, however often it is asked for: a page that saw no answer asks again with the same name.
 * What was sent before a restart of the server is found by that name in the conversation itself.
 */
export class SentMessages {
  private readonly sent = new Map<string, Promise<string>>()

  /** @returns the id of the turn that the message is part of. Rejects as `TurnHandle.turnId` does. */
  send(sessionId: string, conversation: Conversation, text: string, clientId: string): Promise<string> {
    const key = `${sessionId}\n${clientId}`
    const before = this.sent.get(key)
    if (before) return before
    const known = turnWith(conversation, clientId)
    if (known !== undefined) return Promise.resolve(known)
    const handle = conversation.send(text, { clientId })
    handle.result.catch(() => undefined) // The page reads how the turn ends from the feed.
    this.remember(key, handle.turnId)
    return handle.turnId
  }

  private remember(key: string, turnId: Promise<string>): void {
    this.sent.set(key, turnId)
    turnId.catch(() => this.sent.delete(key))
    for (const oldest of this.sent.keys()) {
      if (this.sent.size <= MAX_REMEMBERED) break
      this.sent.delete(oldest)
    }
  }
}

function turnWith(conversation: Conversation, clientId: string): string | undefined {
  return conversation.state.turns.findLast((turn) =>
    turn.items.some((item) => item.type === 'user-message' && item.clientId === clientId),
  )?.id
}
