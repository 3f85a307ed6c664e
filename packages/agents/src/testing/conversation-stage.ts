import type { Conversation } from '../conversation/conversation.ts'
import type { ConversationState } from '../conversation/conversation-state.ts'

/** What a person says to make the agent behind the conversation do a certain thing. */
export interface ConversationCues {
  /** It answers with several words, in more than one piece. */
  readonly answer: string
  /** It talks for at least two seconds. */
  readonly talk: string
  /** Its turn fails. */
  readonly fail: string
  /** It wants to run one command that a person must allow; once it ran, or was declined, the agent ends its turn. */
  readonly askToRun: string
}

/** A conversation with an agent that follows a script. Disposing ends both and leaves nothing behind. */
export interface ConversationStage extends AsyncDisposable {
  /** New, and ready to take messages. */
  readonly conversation: Conversation
  readonly cues: ConversationCues
  /** Breaks what connects the conversation with the agent, which itself goes on. */
  readonly cutLink: () => Promise<void>
  /** Ends the conversation for us; the reason is `closed`. */
  readonly close: () => Promise<void>
}

/** Registers one case, with a stage of its own. */
export type ConversationCase = (name: string, body: (stage: ConversationStage) => Promise<void>) => void

/** The first thing that `look` finds in the state, as soon as it is there. @throws Error when the conversation ends before */
export async function untilState<T>(
  conversation: Conversation,
  look: (state: ConversationState) => T | undefined | false,
): Promise<T> {
  const over = new AbortController()
  try {
    for await (const _ of conversation.feed({ signal: over.signal })) {
      const found = look(conversation.state)
      if (found !== undefined && found !== false) return found
    }
  } finally {
    over.abort()
  }
  throw new Error('the conversation ended before it came to that')
}

/** Resolves when the agent has begun to talk in the newest turn. */
export async function untilTalking(conversation: Conversation): Promise<void> {
  await untilState(conversation, ({ turns }) => {
    const last = turns.at(-1)
    return (
      last?.status === 'in-progress' &&
      last.items.some((item) => item.type === 'agent-message' && item.text !== '')
    )
  })
}
