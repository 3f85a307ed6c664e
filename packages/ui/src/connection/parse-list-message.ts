import type { SessionSummary } from '@x/agents/conversation'
import { parseSeedLists } from './parse-seeds.ts'
import type { SeedLists } from './parse-seeds.ts'
import { parseSessions } from './parse-sessions.ts'
import { isFields } from './shapes.ts'

/** One list, whole. */
export type ListMessage =
  | { readonly type: 'sessions'; readonly sessions: readonly SessionSummary[] }
  | { readonly type: 'seeds'; readonly lists: SeedLists }

/** Reads one message of the feed of the lists. @returns `undefined` when it is none */
export function parseListMessage(text: string): ListMessage | undefined {
  const value = readJson(text)
  if (!isFields(value)) return undefined
  if (value['type'] === 'sessions') {
    const sessions = parseSessions(value['sessions'])
    return sessions && { type: 'sessions', sessions }
  }
  if (value['type'] !== 'seeds') return undefined
  const lists = parseSeedLists(value)
  return lists && { type: 'seeds', lists }
}

function readJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
