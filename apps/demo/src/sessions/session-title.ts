import path from 'node:path'
import type { ConversationState } from '@x/agents/conversation'

const MAX_LENGTH = 60

/** The first words that a person said, else the name of their directory. @param directory empty when it is ours */
export function sessionTitle(state: ConversationState | undefined, directory: string): string {
  const said = state?.turns.flatMap((turn) => turn.items).find((item) => item.type === 'user-message')?.text
  const words = said?.replace(/\s+/g, ' ').trim() ?? ''
  if (words !== '') return shorten(words)
  return path.basename(directory) || 'New session'
}

/** Ends between two words where one ends late enough, and never inside what a person sees as one letter. */
function shorten(words: string): string {
  const letters = Array.from(new Intl.Segmenter().segment(words.slice(0, 1000)), ({ segment }) => segment)
  if (letters.length <= MAX_LENGTH) return words
  const head = letters.slice(0, MAX_LENGTH).join('')
  const end = head.lastIndexOf(' ')
  return `${(end > MAX_LENGTH / 2 ? head.slice(0, end) : head).trimEnd()}…`
}
