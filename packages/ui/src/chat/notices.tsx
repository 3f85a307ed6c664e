import { memo } from 'react'
import type { Notice } from '@x/agents/conversation'
import { plural } from '../text/format.ts'
import { Mark } from '../theme/mark.tsx'
import { revealBidi } from '../text/reveal-hidden.ts'

/** What the agent's program wants a person to know, folded to a count. */
export const Notices = memo(function Notices({ notices }: { readonly notices: readonly Notice[] }) {
  if (notices.length === 0) return null
  const warns = notices.some((notice) => notice.level === 'warning')
  return (
    <details className="x-notices">
      <summary>
        <span className={`x-state ${warns ? 'x-state-asking' : ''}`}>
          {warns && <Mark kind="asking" />} {plural(notices.length, 'notice')}
        </span>
      </summary>
      <ul>
        {notices.map((notice) => (
          <li key={notice.id}>
            {notice.level === 'warning' && <span className="x-state x-state-asking">warning </span>}
            {revealBidi(notice.message)}
          </li>
        ))}
      </ul>
    </details>
  )
})
