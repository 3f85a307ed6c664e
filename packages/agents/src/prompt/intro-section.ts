import type { PromptSection } from './prompt-facts.ts'

export const introSection: PromptSection = ({ features }) =>
  features.keywords
    ? `# How this session works

A harness has started you and follows what you do; people may watch. Keep to the conventions below: the harness understands nothing else.`
    : undefined
