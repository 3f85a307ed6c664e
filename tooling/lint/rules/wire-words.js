import { textOf } from './specifiers.js'

/** The first words of the app-server's methods; repo-checks compares them with the protocol's own list. */
export const WIRE_NOUNS = [
  'thread',
  'turn',
  'item',
  'account',
  'serverRequest',
  'rawResponseItem',
  'mcpServer',
]

const WIRE_WORD = new RegExp(`^(${WIRE_NOUNS.join('|')})(/[a-z][A-Za-z]*)+$`)

/** Spellings such as `thread/start` belong to the packages that speak the protocol. */
export const wireWords = {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      word: "'{{word}}' is a word of Codex's protocol; only @x/codex-appserver and @x/codex spell it.",
    },
  },
  create(context) {
    const check = (node) => {
      const word = textOf(node)
      if (word !== undefined && WIRE_WORD.test(word))
        context.report({ node, messageId: 'word', data: { word } })
    }
    return { Literal: check, TemplateLiteral: check }
  },
}
