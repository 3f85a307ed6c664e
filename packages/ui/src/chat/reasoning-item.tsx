import { useState } from 'react'
import type { Reasoning } from '@x/agents/conversation'
import { MarkdownText } from '../markdown/markdown-text.tsx'
import { revealHidden } from '../text/reveal-hidden.ts'
import { Fold } from './fold.tsx'
import { reasoningTitle } from './reasoning-title.ts'

/** What the agent thought, folded to its title. */
export function ReasoningItem({ item }: { readonly item: Reasoning }) {
  const [open, setOpen] = useState(false)
  const growing = item.phase === 'open'
  const { text, detail = '' } = item
  if (text.trim() === '' && detail.trim() === '')
    return growing ? <p className="x-row x-faint">Thinking</p> : null
  const title = reasoningTitle(text) || 'Thought'
  return (
    <Fold
      open={open}
      onToggle={() => setOpen(!open)}
      head={
        <span className="x-row-main x-faint">
          {growing ? `Thinking: ${revealHidden(title)}` : revealHidden(title)}
        </span>
      }
    >
      <div className="x-faint">
        <MarkdownText text={text} growing={growing} />
        {detail !== '' && (
          <div className="x-detail">
            <MarkdownText text={detail} growing={growing} />
          </div>
        )}
      </div>
    </Fold>
  )
}
