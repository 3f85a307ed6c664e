import { keywordFeatures } from '../keywords/features.ts'
import { browserSection } from './browser-section.ts'
import { deliverablesSection } from './deliverables-section.ts'
import { filesSection } from './files-section.ts'
import { introSection } from './intro-section.ts'
import { logSection } from './log-section.ts'
import type { PromptFacts, PromptSection } from './prompt-facts.ts'
import { restrictionsSection } from './restrictions-section.ts'
import { resumeSection } from './resume-section.ts'
import { systemSection } from './system-section.ts'
import { taskSection } from './task-section.ts'

/** What a prompt says; what is left out is not spoken of. */
export type PromptOptions = {
  readonly [Fact in keyof PromptFacts]?: PromptFacts[Fact] | undefined
} & {
  /** What a wrapper adds, at the end. The others' words are not for it to change. */
  readonly sections?: readonly PromptSection[]
}

const SECTIONS: readonly PromptSection[] = [
  introSection,
  logSection,
  deliverablesSection,
  browserSection,
  systemSection,
  resumeSection,
  taskSection,
  filesSection,
  restrictionsSection,
]

/**
 * What an agent is told at the beginning: how it talks with the harness, what may happen to it, and what is to be done.
 * The same options give the same text. It names no agent, and it explains what `features` turns on, as the parser
 * understands it, and nothing else.
 */
export function renderPrompt(options: PromptOptions): string {
  const { features = keywordFeatures(), workPath = '.', offersFiles = false, sections = [] } = options
  const { task, resume, restrictions } = options
  const facts = { features, workPath, task, offersFiles, resume, restrictions }
  const texts = [...SECTIONS, ...sections].map((section) => section(facts)?.trimEnd())
  return `${texts.filter((text) => text !== undefined && text !== '').join('\n\n')}\n`
}
