import { isKeywordOn, type Keyword, keywordForm, KEYWORDS } from '../keywords/keywords.ts'
import { quoteWord } from '../shims/quote-word.ts'
import { AGENT_LOG } from './log-names.ts'
import type { PromptSection } from './prompt-facts.ts'

/** The keywords that are on, as the table has them, and how lines are written so that they arrive. */
export const logSection: PromptSection = ({ features, workPath }) => {
  if (!features.keywords) return undefined
  const on = KEYWORDS.filter((keyword) => isKeywordOn(keyword, features))
  const log = `${workPath}/${AGENT_LOG}`
  const hasJson = on.some(({ grammar }) => grammar === 'token-and-json')
  const json = hasJson ? ' JSON has to stand on one line with its keyword.' : ''
  const example = on[0]?.example ?? ''
  return `## Log channel

You report by appending lines to \`${log}\`, one entry per line. An entry begins with one of these words, in capitals:

${on.map(renderKeyword).join('\n')}

An entry is read when its newline is there, and waits unseen until then. A \`printf\` whose format has no \`\\n\` writes none; this does:

    printf '%s\\n' '${example}' >> ${quoteWord(log)}

\`tail -c 1\` on the log shows whether the last byte is a newline. Append with \`>>\`: what is in the log already stays.${json}

\`DONE\` or \`ERROR\` ends the session. Nothing that you write to the log afterwards is read.`
}

function renderKeyword(keyword: Keyword): string {
  return `- \`${keywordForm(keyword)}\`: ${keyword.tell}\n  Example: \`${keyword.example}\``
}
