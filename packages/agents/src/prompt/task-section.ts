import type { PromptSection } from './prompt-facts.ts'

/** What is to be done, in the words of whoever wants it; they are not changed. */
export const taskSection: PromptSection = ({ task, features }) => {
  if (task === undefined || task.trim() === '') return undefined
  const narrate = features.keywords ? 'in the conversation and with `STATUS`' : 'in the conversation'
  return `## Task

The rest of this section says what is to be done. Tell ${narrate} how you get on. Ask when something is unclear: the people here want the same result as you.

${task.trimEnd()}`
}
