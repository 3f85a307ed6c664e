import { parseCursor } from '../parse-request.ts'
import { listFrames, type Lists } from './list-frames.ts'

const SESSION_FEED = /^\/api\/sessions\/([A-Za-z0-9._~-]{1,200})\/feed$/

/** What a WebSocket at `path` shows; `no-session` for a feed that there is not, `undefined` for no feed at all. */
export function routeFeed(
  lists: Lists,
  path: string,
  query: URLSearchParams,
): ((signal: AbortSignal) => AsyncIterable<string>) | 'no-session' | undefined {
  if (path === '/api/sessions/feed') return (signal) => listFrames(lists, signal)
  const id = SESSION_FEED.exec(path)?.[1]
  if (id === undefined) return undefined
  const conversation = lists.sessions.conversation(id)
  if (!conversation) return 'no-session'
  const since = parseCursor(query)
  return (signal) => conversation.encodedFeed({ signal, ...(since ? { since } : {}) })
}
