import type { Item } from '@x/agents/conversation'
import { Mark } from '../theme/mark.tsx'

const WHAT: Readonly<Record<Item['type'], string>> = {
  'user-message': 'a message',
  'agent-message': 'the agent’s message',
  reasoning: 'what the agent thinks',
  command: 'a command',
  'file-change': 'a change of files',
  plan: 'a plan',
  'tool-call': 'a call of a tool',
  'agent-call': 'a word with another agent',
  'web-search': 'a search of the web',
  picture: 'a picture',
  compaction: 'the conversation being shortened',
  other: 'what the agent does',
}

/** Stands for an item whose beginning was missed, until the whole of it comes. */
export function CatchingUp({ item }: { readonly item: Item }) {
  return (
    <p className="x-row x-faint">
      <Mark kind="waiting" /> catching up with {WHAT[item.type]}; it shows when it is complete
    </p>
  )
}
