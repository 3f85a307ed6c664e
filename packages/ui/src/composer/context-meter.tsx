import type { ContextUse } from '@x/agents/conversation'
import { formatCount } from '../text/format.ts'

/** From here on the conversation is soon shortened. */
const FULL = 0.8

/** How full the model's context is. */
export function ContextMeter({ context }: { readonly context: ContextUse | undefined }) {
  if (!context) return null
  const { usedTokens, windowTokens, totalTokens } = context
  const whole = `${totalTokens.toLocaleString('en-US')} tokens in the whole conversation`
  if (windowTokens === undefined || windowTokens <= 0)
    return (
      <span className="x-context x-figure" title={whole}>
        {formatCount(usedTokens)} tokens of context
      </span>
    )
  const share = Math.min(1, usedTokens / windowTokens)
  const words = `${formatCount(usedTokens)} of ${formatCount(windowTokens)} context`
  return (
    <span className="x-context x-figure" title={`${words}; ${whole}`} data-full={share >= FULL}>
      <meter aria-label="Context used" min={0} max={1} high={FULL} value={share} />
      {words}
    </span>
  )
}
