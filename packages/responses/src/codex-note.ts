// Codex speaks to the model in the person's name: its environment, the project's instructions, an interrupted turn.
// Every such part seen from 0.142.5 and 0.169.0 is one element around the whole text, most with an underscore in its name.
const ELEMENT = /^<([a-z]+(?:_[a-z]+)*)(?:\s[^>]*)?>[\s\S]*<\/\1>$/
const PLAIN_NAMES: readonly string[] = ['skill', 'tools', 'personality', 'environments', 'heartbeat']
const PROJECT_INSTRUCTIONS = '# AGENTS.md instructions'
// Both are sent as messages of the person when a thread is compacted: the order to sum up, and later the summary.
const COMPACTION_ORDER = 'You are performing a CONTEXT CHECKPOINT COMPACTION.'
const COMPACTION_SUMMARY = 'Another language model started to solve this problem'
// Around the part that holds the image itself.
const IMAGE_FRAME = /^(?:<image(?:\s[^>]*)?>|<\/image>)$/

/** Whether a part of a user-role message was written by Codex and not by a person. */
export function isCodexNote(part: string): boolean {
  const text = part.trim()
  if ([PROJECT_INSTRUCTIONS, COMPACTION_ORDER, COMPACTION_SUMMARY].some((start) => text.startsWith(start)))
    return true
  if (IMAGE_FRAME.test(text)) return true
  const name = ELEMENT.exec(text)?.[1]
  return name !== undefined && (name.includes('_') || PLAIN_NAMES.includes(name))
}

/** Whether Codex says that the turn before this note was interrupted, so that its work is not to be gone on with. */
export function isAbortNote(part: string): boolean {
  return part.trimStart().startsWith('<turn_aborted>')
}

/** Whether Codex asks for a summary of the thread instead of an answer. */
export function isCompactionOrder(part: string): boolean {
  return part.trimStart().startsWith(COMPACTION_ORDER)
}

/** Whether Codex puts a summary in place of what was said and done before. */
export function isCompactionSummary(part: string): boolean {
  return part.trimStart().startsWith(COMPACTION_SUMMARY)
}
