import { OFFER_SCHEME } from './log-names.ts'
import type { PromptSection } from './prompt-facts.ts'

export const filesSection: PromptSection = ({ offersFiles, features }) => {
  if (!offersFiles) return undefined
  const contrast = features.deliverables
    ? ' This is something else than a deliverable: deliverables go to the harness by themselves, an offered file goes to the person.'
    : ''
  return `## Files for people

When a person asks you for a file, put it into the work directory and offer it in your answer by a Markdown link whose address is \`${OFFER_SCHEME}\` and the file's path, seen from the work directory:

    [report.pdf](${OFFER_SCHEME}results/report.pdf)

Write a blank in the path as \`%20\`. Offer only what was asked for.${contrast}`
}
