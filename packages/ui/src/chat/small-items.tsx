import type { Compaction, Picture, WebSearch } from '@x/agents/conversation'
import { revealHidden } from '../text/reveal-hidden.ts'
import { shortenPath } from '../text/shorten-path.ts'
import { useChat } from './chat-context.ts'

/** What was looked for on the web. */
export function WebSearchItem({ item }: { readonly item: WebSearch }) {
  return (
    <p className="x-row">
      <span className="x-row-kind">web search</span>
      <span className="x-row-main">{revealHidden(item.query)}</span>
    </p>
  )
}

/** A picture by its name: it lies on the agent's machine, and nothing is loaded because an agent named it. */
export function PictureItem({ item }: { readonly item: Picture }) {
  const { cwd } = useChat()
  return (
    <p className="x-row">
      <span className="x-row-kind">picture</span>
      {item.path === undefined ? (
        <span className="x-row-main x-faint">not kept as a file</span>
      ) : (
        <code className="x-row-main" title={item.path}>
          {revealHidden(shortenPath(item.path, cwd))}
        </code>
      )}
    </p>
  )
}

/** Where the agent's memory of what was said was shortened. */
export function CompactionItem({ item }: { readonly item: Compaction }) {
  return (
    <p className="x-compaction">
      {item.phase === 'open'
        ? 'Shortening what was said above, to make room'
        : 'What was said above was shortened for the model, to make room'}
    </p>
  )
}
