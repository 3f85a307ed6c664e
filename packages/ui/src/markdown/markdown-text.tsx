import { useRef } from 'react'
import { linkDefinitions, withDefinitions } from './link-definitions.ts'
import { MarkdownBlock } from './markdown-block.tsx'
import { mendMarkdown } from './mend-markdown.ts'
import { revealBidi } from '../text/reveal-hidden.ts'
import { splitBlocks } from './split-blocks.ts'
import { wholeWords } from './whole-words.ts'
import type { Blocks } from './split-blocks.ts'

export interface MarkdownTextProps {
  readonly text: string
  /** More is coming: its last block is mended for the eye. */
  readonly growing: boolean
}

/** Markdown that may still be growing: only its last block is parsed again when more comes. */
export function MarkdownText({ text: given, growing }: MarkdownTextProps) {
  const text = growing ? wholeWords(given) : given
  const before = useRef<Blocks>(undefined)
  // The cut is a pure function of the text; the earlier one only makes it cheaper, whichever render left it.
  const cut = splitBlocks(text, before.current)
  before.current = cut
  const definitions = linkDefinitions(text)
  const last = cut.blocks.length - 1
  return (
    <div className="x-md">
      {cut.blocks.map((block, index) => (
        <MarkdownBlock
          key={index}
          text={revealBidi(
            withDefinitions(growing && index === last ? mendMarkdown(block) : block, definitions),
          )}
        />
      ))}
    </div>
  )
}
