import type { PathGrant, PromptSection } from './prompt-facts.ts'

export const restrictionsSection: PromptSection = ({ restrictions }) => {
  if (restrictions === undefined) return undefined
  const places =
    restrictions.length === 0
      ? 'Your commands reach the work directory, and no other place but what programs need to run.'
      : `Your commands reach the work directory, what programs need to run, and these places:

${restrictions.map(renderGrant).join('\n')}`
  return `## Where you may go

${places}

Elsewhere they fail, mostly with \`Permission denied\`. To try again does not help.`
}

function renderGrant({ path, mode }: PathGrant): string {
  return mode === 'read' ? `- \`${path}\`, to read only` : `- \`${path}\``
}
