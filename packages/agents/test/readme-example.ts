import { type Conversation, foldFrame, type FeedView, type Turn } from '@x/agents/conversation'

/** Says something, follows it as any viewer does, and returns the turn as it ended. */
export async function ask(conversation: Conversation, text: string): Promise<Turn | undefined> {
  const turnId = await conversation.send(text).turnId
  let view: FeedView | undefined
  for await (const frame of conversation.feed()) {
    view = foldFrame(view, frame)
    const turn = view?.state.turns.find(({ id }) => id === turnId)
    if (turn && turn.status !== 'in-progress') return turn
  }
  return undefined // the conversation was over first
}
