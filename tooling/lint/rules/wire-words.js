import { textOf } from './specifiers.js'

/**
 * The first words of the app-server's methods, by which a spelling is recognised. repo-checks compares both lists with
 * the protocol's own tables, so a new word of a newer Codex has to be sorted into one of them.
 */
export const WIRE_NOUNS = [
  'account',
  'accountSession',
  'attestation',
  'autoApprovalReview',
  'collaborationMode',
  'configRequirements',
  'currentTime',
  'experimentalFeature',
  'externalAgentConfig',
  'fuzzyFileSearch',
  'item',
  'marketplace',
  'mcpServer',
  'mcpServerStatus',
  'modelProvider',
  'permissionProfile',
  'rawResponse',
  'rawResponseItem',
  'remoteControl',
  'serverRequest',
  'thread',
  'threadSection',
  'turn',
  'userVerification',
  'windowsSandbox',
]

/** First words that are plain folder names too; a rule on these would forbid honest paths. */
export const AMBIGUOUS_NOUNS = [
  'app',
  'command',
  'config',
  'environment',
  'feedback',
  'fs',
  'hook',
  'hooks',
  'memory',
  'mock',
  'model',
  'plugin',
  'process',
  'project',
  'review',
  'rollout',
  'server',
  'skills',
  'windows',
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
