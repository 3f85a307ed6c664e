import type { Conversation, Turn } from '@x/agents/conversation'
import type { AppServerClient } from '@x/codex-appserver'
import { CodexConversation } from '../conversation/codex-conversation.ts'
import type { QueueStore } from '../conversation/kept-queue.ts'
import { EMPTY_QUEUE } from '../conversation/parse-queue.ts'

export interface ThreadConversationOptions {
  readonly threadId: string
  readonly cwd: string
  /** What was said in it before. @default nothing */
  readonly turns?: readonly Turn[]
}

export interface ThreadConversation {
  readonly conversation: Conversation
  /** Ends the conversation; the connection stays its owner's. Idempotent. */
  readonly end: () => void
}

/**
 * A conversation on one connection to an app-server, with no session around it: for tests and measurements that play
 * what was recorded. Nothing is proved and nothing is kept on disk; every approval is shown as one that stays in the
 * sandbox. It takes the connection's requests, and ends with `end`, not with the connection.
 */
export function openThreadConversation(
  client: AppServerClient,
  { threadId, cwd, turns = [] }: ThreadConversationOptions,
): ThreadConversation {
  const conversation = new CodexConversation({
    threadId,
    cwd,
    gate: Promise.resolve(),
    chosen: undefined,
    queue: memoryQueue(),
    steered: [],
    writableRoots: ['/'],
    leavesSandbox: () => Promise.resolve(false),
    onChoice: () => Promise.resolve(),
    onFirstMessage: () => Promise.resolve(),
    onSteer: () => Promise.resolve(),
    onReturned: () => Promise.resolve(),
    onTurnEnded: () => undefined,
  })
  conversation.bind(client)
  conversation.hydrate(client, { threadId, turns, model: undefined })
  return { conversation, end: () => conversation.end({ reason: 'closed' }) }
}

function memoryQueue(): QueueStore {
  let stored = EMPTY_QUEUE
  return {
    read: () => Promise.resolve(stored),
    replace: (known, next) => {
      if (stored.version !== known) return Promise.resolve(false)
      stored = next
      return Promise.resolve(true)
    },
  }
}
