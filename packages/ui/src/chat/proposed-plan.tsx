import type { ProposedPlan } from '@x/agents/conversation'
import { MarkdownText } from '../markdown/markdown-text.tsx'

/** A plan that the agent proposes before it does anything. */
export function ProposedPlanItem({ item }: { readonly item: ProposedPlan }) {
  return (
    <section className="x-proposed" aria-label="Proposed plan">
      <p className="x-faint x-small">Proposed plan</p>
      <MarkdownText text={item.text} growing={item.phase === 'open'} />
    </section>
  )
}
