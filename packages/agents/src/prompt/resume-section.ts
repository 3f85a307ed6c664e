import { RESUME_LOG } from './log-names.ts'
import type { PromptFacts, PromptSection } from './prompt-facts.ts'

export const resumeSection: PromptSection = ({ resume, workPath }) =>
  resume &&
  `## When this session is resumed

This session may be stopped at any time and go on later, perhaps on another machine. Your conversation is kept, so you will not notice it by yourself.

${renderKept(resume)}

Each start adds a line to \`${workPath}/${RESUME_LOG}\`: its time in UTC, and after \`REFRESHED:\` the names of files that were written anew, separated by commas. Read it at the beginning of each message that you get. When there is a line that you have not seen:

- look again at whatever you relied on outside the work directory,
- make again what is gone, and start again what has to run,
- read the files again that the line names.

A command that fails although it worked before may be the first sign of a resume. A system message may tell you of one too.`

function renderKept({ excluded = [], kept = [] }: NonNullable<PromptFacts['resume']>): string {
  const work =
    excluded.length === 0
      ? 'The work directory is kept whole.'
      : `The work directory is kept, except for ${listOf(excluded)}.`
  const besides = kept.length === 0 ? '' : ` So is ${listOf(kept)}.`
  return `${work}${besides} Nothing else is: neither other files, nor programs that run.`
}

function listOf(names: readonly string[]): string {
  return names.map((name) => `\`${name}\``).join(', ')
}
