import type { Turn } from '@x/agents/conversation'
import { revealBidi } from '../text/reveal-hidden.ts'

const WORDS = {
  completed: 'Turn completed.',
  interrupted: 'Turn interrupted.',
  failed: 'Turn failed.',
} as const

/** Says how the last turn stands to those who can't see it; each delta would be too much. */
export function Announcer({ turn }: { readonly turn: Turn | undefined }) {
  const words = turn === undefined ? '' : turn.status === 'in-progress' ? 'Working.' : WORDS[turn.status]
  return (
    <p className="x-sr" role="status">
      {words} {revealBidi(turn?.error?.message ?? '')}
    </p>
  )
}
