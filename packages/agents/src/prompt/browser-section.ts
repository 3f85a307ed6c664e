import type { PromptSection } from './prompt-facts.ts'

export const browserSection: PromptSection = ({ features }) =>
  features.browser === 'suppress'
    ? `## Browsers

No browser can be opened from here, neither by you nor by a program that you start. Do not try it.`
    : undefined
