import type { ConversationEvent, ConversationState, TokenUsage } from '@x/agents/conversation'
import type { ParamsOf } from '@x/codex-appserver'

/**
 * What a turn has used, and how full the context is. Codex tells the newest answer's tokens and those of the whole
 * thread: a turn's are the sum over its answers. A total that was told before is the same answer told again, as it
 * comes after a re-attach and a compaction.
 */
export function translateUsage(
  { turnId, tokenUsage }: ParamsOf<'thread/tokenUsage/updated'>,
  state: ConversationState | undefined,
): readonly ConversationEvent[] {
  const { last, total, modelContextWindow } = tokenUsage
  const known = state?.turns.find((turn) => turn.id === turnId)?.usage
  const usage: TokenUsage = {
    inputTokens: last.inputTokens,
    outputTokens: last.outputTokens,
    totalTokens: last.totalTokens,
    cachedTokens: last.cachedInputTokens,
  }
  const repeated = known !== undefined && state?.context?.totalTokens === total.totalTokens
  return [
    { type: 'turn-usage', turnId, usage: repeated ? known : addUsage(known, usage) },
    {
      type: 'context-used',
      context: {
        usedTokens: last.totalTokens,
        ...(typeof modelContextWindow === 'number' && { windowTokens: modelContextWindow }),
        totalTokens: total.totalTokens,
      },
    },
  ]
}

function addUsage(known: TokenUsage | undefined, more: TokenUsage): TokenUsage {
  if (!known) return more
  return {
    inputTokens: known.inputTokens + more.inputTokens,
    outputTokens: known.outputTokens + more.outputTokens,
    totalTokens: known.totalTokens + more.totalTokens,
    cachedTokens: (known.cachedTokens ?? 0) + (more.cachedTokens ?? 0),
  }
}
