import { type CloseReason, emptyConversation, Feed } from '@x/agents/conversation'
import type { Session } from '@x/codex'
import { expect, test } from 'vitest'
import { KeptSession } from '../../src/sessions/kept-session.ts'

/** A session without a Codex: the real feed of a conversation, and an end that may fail. */
function openedSession(failure?: Error) {
  const feed = new Feed(emptyConversation('thread', '/work'))
  let over: (reason: CloseReason) => void = () => undefined
  const closed = new Promise<CloseReason>((resolve) => (over = resolve))
  const close = async (): Promise<void> => {
    feed.end()
    over({ reason: 'closed' })
    if (failure) throw failure
  }
  const conversation = {
    get state() {
      return feed.state
    },
    feed: () => feed.frames(),
  }
  const session = { directory: '/work', ready: Promise.resolve(), closed, close, conversation }
  return session as unknown as Session
}

/** One that opens with these, in their order; `until` resolves with the summary's state once it is that. */
function kept(...openings: readonly ((signal: AbortSignal) => Promise<Session>)[]) {
  const left = [...openings]
  const waiting = new Set<() => void>()
  const session = new KeptSession({
    id: 's-1',
    directory: '/work',
    createdAt: 1,
    title: 'hello',
    stateDir: '/state',
    doing: 'Starting',
    open: async ({ signal }) => {
      const next = left.shift()
      if (!next) throw new Error('opened too often')
      return next(signal)
    },
    changed: () => waiting.forEach((wake) => wake()),
    named: () => undefined,
  })
  const state = () => session.summary.status.state
  const until = (wanted: string) =>
    new Promise<void>((resolve) => {
      const look = (): void => {
        if (state() !== wanted) return
        waiting.delete(look)
        resolve()
      }
      waiting.add(look)
      look()
    })
  return { session, state, until }
}

test('one whose end failed can be resumed', async () => {
  const failure = new Error('it does not die')
  const { session, until } = kept(
    async () => openedSession(failure),
    async () => openedSession(),
  )
  session.resume()
  await until('ready')
  await expect(session.close()).rejects.toBe(failure)
  await until('ended')
  session.resume()
  await until('ready')
  await session.close()
  await until('ended')
})

test('one that is given up while it opens is ended, and opens with a signal of its own the next time', async () => {
  const untilAborted = (signal: AbortSignal) =>
    new Promise<never>((_resolve, reject) =>
      signal.addEventListener('abort', () => reject(signal.reason as Error)),
    )
  const { session, state, until } = kept(untilAborted, async (signal) => {
    signal.throwIfAborted()
    return openedSession()
  })
  session.resume()
  const closing = session.close()
  session.resume()
  await closing
  expect(state()).toBe('ended')
  session.resume()
  await until('ready')
})

test('one that was detached stays as it is', async () => {
  const { session, state } = kept()
  await session.detach()
  session.resume()
  expect(state()).toBe('ended')
})
