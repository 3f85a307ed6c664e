import type { ClientMethod } from './method-types.ts'

const SECOND = 1_000
const MINUTE = 60 * SECOND

/**
 * How long requests of some methods wait for their answer where the call does not say, in milliseconds. All others
 * wait for `defaultTimeoutMs` of the connection.
 */
export const METHOD_TIMEOUTS_MS: Readonly<Partial<Record<ClientMethod, number>>> = {
  // The answer is the end of the command, which has a time limit of its own where one is wanted.
  'command/exec': Infinity,

  // The whole history is read from disk, which can be hundreds of megabytes, and sent.
  'thread/fork': 2 * MINUTE,
  'thread/items/list': 2 * MINUTE,
  'thread/read': 2 * MINUTE,
  'thread/resume': 2 * MINUTE,
  'thread/revert': 2 * MINUTE,
  'thread/search': 2 * MINUTE,
  'thread/turns/list': 2 * MINUTE,

  // The MCP servers of the thread are started first, and each may take its time or fail by its own limit.
  'config/mcpServer/reload': 2 * MINUTE,
  'mcpServerStatus/list': 2 * MINUTE,
  'thread/start': 2 * MINUTE,
  'turn/start': 2 * MINUTE,

  // A program of somebody else does the work, for as long as it takes it.
  'mcpServer/resource/read': 10 * MINUTE,
  'mcpServer/tool/call': 10 * MINUTE,

  // The answer is the end of the turn, and its commands are ended first.
  'turn/interrupt': MINUTE,

  // Somebody else's server is asked, over the internet, and may be asked again.
  'account/login/start': 2 * MINUTE,
  'account/rateLimits/read': MINUTE,
  'account/read': MINUTE,
  'account/usage/read': MINUTE,
  'app/list': MINUTE,
  'feedback/upload': 5 * MINUTE,
  'mcpServer/oauth/login': 5 * MINUTE,
  'model/list': MINUTE,
  'plugin/list': MINUTE,

  // A repository is cloned, or an archive is fetched and unpacked.
  'marketplace/add': 5 * MINUTE,
  'marketplace/upgrade': 5 * MINUTE,
  'plugin/install': 5 * MINUTE,

  // Whole directories.
  'externalAgentConfig/import': 5 * MINUTE,
  'fs/copy': 5 * MINUTE,
  'fs/remove': 2 * MINUTE,
}
