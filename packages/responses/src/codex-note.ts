// Codex speaks to the model in the person's name: its environment, the project's instructions, an interrupted turn.
// Every such part seen from 0.142.5 and 0.169.0 is one element around the whole text, most with an underscore in its name.
const ELEMENT = /^<([a-z]+(?:_[a-z]+)*)(?:\s[^>]*)?>[\s\S]*<\/\1>$/
const PLAIN_NAMES: readonly string[] = ['skill', 'tools', 'personality', 'environments', 'heartbeat']
const PROJECT_INSTRUCTIONS = '# AGENTS.md instructions'

/** Whether a part of a user-role message was written by Codex and not by a person. */
export function isCodexNote(part: string): boolean {
  const text = part.trim()
  if (text.startsWith(PROJECT_INSTRUCTIONS)) return true
  const name = ELEMENT.exec(text)?.[1]
  return name !== undefined && (name.includes('_') || PLAIN_NAMES.includes(name))
}

/** Whether Codex says that the turn before this note was interrupted, so that its work is not to be gone on with. */
export function isAbortNote(part: string): boolean {
  return part.trimStart().startsWith('<turn_aborted>')
}
