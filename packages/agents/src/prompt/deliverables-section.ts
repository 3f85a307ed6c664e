import { DELIVERABLES_DIRECTORY } from './log-names.ts'
import type { PromptSection } from './prompt-facts.ts'

export const deliverablesSection: PromptSection = ({ features, workPath }) =>
  features.deliverables
    ? `## Deliverables

Files that you hand over belong in \`${workPath}/${DELIVERABLES_DIRECTORY}/\`. Write the whole file first, then its \`DELIVERABLE\` line: the harness fetches the file when it reads that line, as it is at that moment.

After each \`DELIVERABLE\` line, end your turn and wait for the answer, which comes as a system message. There are three kinds:

- The file is accepted: go on.
- Something about it is to be changed, and the message says what: change it, and announce the file again.
- The harness had trouble of its own: that is no fault of yours. Leave it for now, and announce the file again after the session has been resumed.

\`DONE\` comes only when each file that you have announced is accepted.`
    : undefined
