import { createContext, useContext } from 'react'
import type { Grant, SubAgent } from '@x/agents/conversation'

/** What the items of a transcript need to know of the conversation around them. The same object while nothing of it changes. */
export interface ChatContextValue {
  readonly sessionId: string
  /** Where the conversation works. */
  readonly cwd: string
  readonly agents: readonly SubAgent[]
  readonly onStop: () => void
  /** Allows what was refused to the command `itemId`, and has it tried again. @throws RequestError */
  readonly onGrant: (itemId: string, grant: Grant) => Promise<void>
  /** Says it again. */
  readonly onRetry: (text: string) => void
}

const NOBODY: ChatContextValue = {
  sessionId: '',
  cwd: '',
  agents: [],
  onStop: () => undefined,
  onGrant: () => Promise.resolve(),
  onRetry: () => undefined,
}

export const ChatContext = createContext<ChatContextValue>(NOBODY)

export function useChat(): ChatContextValue {
  return useContext(ChatContext)
}
