import { emptyConversation, Feed, type TurnStatus } from '@x/agents/conversation'
import { RpcError } from '@x/codex-appserver'
import { describe, expect, test } from 'vitest'
import type { QueueStore } from '../../src/conversation/kept-queue.ts'
import type { QueuedDelivery } from '../../src/conversation/outbox.ts'
import { EMPTY_QUEUE, type StoredQueue } from '../../src/conversation/parse-queue.ts'
import { Queue } from '../../src/conversation/queue.ts'
import { SentTurn } from '../../src/conversation/sent-turn.ts'

class MemoryStore implements QueueStore {
  kept: StoredQueue = EMPTY_QUEUE
  read(): Promise<StoredQueue> {
    return Promise.resolve(this.kept)
  }
  replace(known: number, next: StoredQueue): Promise<boolean> {
    if (this.kept.version !== known) return Promise.resolve(false)
    this.kept = next
    return Promise.resolve(true)
  }
}

/** One process that has the queue open, on a thread where turns begin and end by hand. */
function open(store = new MemoryStore(), thread = new Feed(emptyConversation('thread', '/work'))) {
  const left: { id: string; text: string; how: QueuedDelivery }[] = []
  let refusal: Error | undefined
  let turns = 0
  const queue: Queue = new Queue({
    feed: thread,
    store,
    claimMs: 20,
    follow: (sent, turnId) => sent.started(turnId),
    isFree: () => thread.state.turns.at(-1)?.status !== 'in-progress',
    deliver: async (sent, how) => {
      if (!(await how.claim())) return false
      if (refusal) throw refusal
      left.push({ id: sent.clientId, text: sent.message, how })
      begin(sent.clientId)
      return true
    },
  })
  function begin(clientId = ''): void {
    turns += 1
    const id = `t${String(turns)}`
    publish({ type: 'turn-started', turn: { id, status: 'in-progress', items: [] } })
    const item = { type: 'user-message', id: `u${id}`, phase: 'done', text: '', clientId } as const
    publish({ type: 'item-completed', turnId: id, item })
  }
  function publish(event: Parameters<Feed['publish']>[0]): void {
    thread.publish(event)
    queue.seen(event)
  }
  const end = (status: Exclude<TurnStatus, 'in-progress'> = 'completed'): void =>
    publish({ type: 'turn-ended', turnId: thread.state.turns.at(-1)?.id ?? '', status })
  const add = (text: string): SentTurn => {
    const sent = new SentTurn(thread, text, `id of ${text}`)
    queue.add(sent)
    return sent
  }
  const waiting = (): string[] => thread.state.queue.messages.map(({ text }) => text)
  return {
    queue,
    store,
    thread,
    left,
    begin,
    end,
    add,
    waiting,
    publish,
    refuse: (why?: Error) => (refusal = why),
  }
}

async function settle(): Promise<void> {
  for (let n = 0; n < 50; n += 1) await Promise.resolve()
}

describe('Queue', () => {
  test('keeps what comes while a turn runs, and lets one after the other leave when it has completed', async () => {
    const { begin, end, add, waiting, left, store } = open()
    begin()
    for (const text of ['one', 'two', 'three']) add(text)
    await settle()
    expect(waiting()).toEqual(['one', 'two', 'three'])
    expect(left).toEqual([])
    for (const count of [1, 2, 3]) {
      end()
      await settle()
      expect(left).toHaveLength(count)
    }
    expect(left.map(({ text }) => text)).toEqual(['one', 'two', 'three'])
    expect(left.map(({ how }) => [how.joins, how.uncertain])).toEqual(Array(3).fill([false, false]))
    expect(store.kept.messages).toEqual([])
  })

  test('takes back what Codex has dropped, in its order, before all that waits; it arrives late, and is out again', async () => {
    const { begin, end, add, waiting, left, queue, publish, thread } = open()
    begin()
    add('later')
    await settle()
    end('interrupted')
    for (const text of ['one', 'two', 'one']) await queue.takeBack(new SentTurn(thread, text, text))
    expect(waiting()).toEqual(['one', 'two', 'later'])
    expect(left).toEqual([])
    const item = { type: 'user-message', id: 'u', phase: 'done', text: 'two', clientId: 'two' } as const
    publish({ type: 'item-completed', turnId: 't1', item })
    await settle()
    expect(waiting()).toEqual(['one', 'later'])
    expect(await queue.sendNow('one')).toBe(true)
    expect(left.map(({ text }) => text)).toEqual(['one'])
  })

  test('sends what Codex has dropped when a person says so, and not when the rest goes on', async () => {
    const { begin, end, add, waiting, left, queue, thread } = open()
    begin()
    add('later')
    await settle()
    end('interrupted')
    await queue.takeBack(new SentTurn(thread, 'stopped', 'stopped'))
    begin()
    await queue.release()
    end()
    await settle()
    expect(left.map(({ text }) => text)).toEqual(['later'])
    end()
    await settle()
    expect(waiting()).toEqual(['stopped'])
    expect(thread.state.queue).toMatchObject({ held: 'interrupted', messages: [{ returned: true }] })
    expect(await queue.sendNow('stopped')).toBe(true)
    expect(left.map(({ text }) => text)).toEqual(['later', 'stopped'])
  })

  test('sends at once when nothing runs', async () => {
    const { add, left, waiting } = open()
    add('one')
    await settle()
    expect(left.map(({ text }) => text)).toEqual(['one'])
    expect(waiting()).toEqual([])
  })

  test.each(['interrupted', 'failed'] as const)(
    'is held after a turn that was %s, until it is released',
    async (status) => {
      const { begin, end, add, thread, queue, left } = open()
      begin()
      add('one')
      await settle()
      end(status)
      await settle()
      expect(thread.state.queue).toMatchObject({ held: status, messages: [{ text: 'one' }] })
      expect(left).toEqual([])
      // What is sent by hand begins a turn; the queue goes on after it.
      begin()
      await queue.release()
      end()
      await settle()
      expect(left.map(({ text }) => text)).toEqual(['one'])
      expect(thread.state.queue).toEqual({ messages: [] })
    },
  )

  test('a release while a turn runs is none: what happens to that turn still counts', async () => {
    const { begin, end, add, thread, queue } = open()
    begin()
    add('one')
    end('interrupted')
    await settle()
    expect(thread.state.queue.held).toBe('interrupted')
    begin()
    await queue.release()
    end('interrupted')
    await settle()
    expect(thread.state.queue.held).toBe('interrupted')
  })

  test('sends one of a held queue by hand, and the others after it', async () => {
    const { begin, end, add, queue, left } = open()
    begin()
    add('one')
    add('two')
    await settle()
    end('failed')
    await settle()
    expect(await queue.sendNow('id of two')).toBe(true)
    expect(left).toMatchObject([{ text: 'two', how: { joins: true } }])
    await settle()
    expect(left).toHaveLength(1)
    end()
    await settle()
    expect(left.map(({ text }) => text)).toEqual(['two', 'one'])
    expect(await queue.sendNow('id of two')).toBe(false)
  })

  test('changes and withdraws what waits, and nothing that is gone', async () => {
    const { begin, end, add, queue, left } = open()
    begin()
    const [one, two] = [add('one'), add('two')]
    expect(await queue.edit('id of one', 'first')).toBe(true)
    expect(() => queue.edit('id of one', ' ')).toThrow(TypeError)
    expect(await queue.withdraw('id of two')).toBe(true)
    await expect(two.result).rejects.toMatchObject({ code: 'withdrawn' })
    end()
    await settle()
    expect(left).toMatchObject([{ id: 'id of one', text: 'first' }])
    expect(await queue.edit('id of one', 'again')).toBe(false)
    expect(await queue.withdraw('id of one')).toBe(false)
    expect(one.clientId).toBe('id of one')
  })

  test('takes a hundred messages and refuses more', async () => {
    const { begin, add, waiting } = open()
    begin()
    for (let n = 0; n < 100; n += 1) add(String(n))
    expect(() => add('one more')).toThrow('can wait')
    await settle()
    while (waiting().length < 100) await settle()
    expect(() => add('one more')).toThrow(/100/)
  })

  test('keeps a message that Codex refuses, and is held', async () => {
    const { begin, end, add, queue, thread, left, refuse } = open()
    begin()
    add('too long')
    await settle()
    refuse(new RpcError('turn/start', { code: -32_600, message: 'input too large' }))
    end()
    await settle()
    expect(thread.state.queue).toMatchObject({ held: 'failed', messages: [{ text: 'too long' }] })
    expect(thread.state.notices.at(-1)?.message).toMatch(/input too large/)
    refuse()
    expect(await queue.edit('id of too long', 'short')).toBe(true)
    expect(await queue.sendNow('id of too long')).toBe(true)
    expect(left).toMatchObject([{ text: 'short' }])
  })

  test('is loaded, and looks for the one that was leaving before it sends it', async () => {
    const store = new MemoryStore()
    store.kept = {
      schema: 1,
      version: 7,
      messages: [
        { id: 'a', text: 'one', queuedAt: 1 },
        { id: 'b', text: 'two', queuedAt: 2 },
      ],
      leaving: { id: 'a', by: 'somebody who died' },
    }
    const { queue, left, waiting, end } = open(store)
    await settle()
    expect(waiting()).toEqual(['one', 'two'])
    queue.hydrated()
    await settle()
    expect(left).toMatchObject([{ id: 'a', how: { uncertain: true } }])
    end()
    await settle()
    expect(left[1]).toMatchObject({ id: 'b', how: { uncertain: false } })
  })

  test('drops what the thread has when it is taken up', async () => {
    const store = new MemoryStore()
    store.kept = { schema: 1, version: 3, messages: [{ id: 'a', text: 'one', queuedAt: 1 }] }
    const { queue, left, begin, end } = open(store)
    begin('a')
    end()
    queue.hydrated()
    await settle()
    expect(left).toEqual([])
    expect(store.kept.messages).toEqual([])
  })

  test('two processes with the same queue send each message once', async () => {
    const store = new MemoryStore()
    const [one, other] = [open(store), open(store)]
    one.begin()
    other.begin()
    one.add('from one')
    await settle()
    other.add('from other')
    await settle()
    expect(store.kept.messages.map(({ text }) => text)).toEqual(['from one', 'from other'])
    one.end()
    other.end()
    await settle()
    expect([...one.left, ...other.left].map(({ text }) => text)).toEqual(['from one'])
  })

  test('what can not be read is said, and nothing is lost', async () => {
    const store = new MemoryStore()
    store.read = () => Promise.reject(new Error('the queue is not JSON'))
    store.kept = { schema: 1, version: 3, messages: [{ id: 'a', text: 'one', queuedAt: 1 }] }
    const { thread, add } = open(store)
    await settle()
    expect(thread.state.notices.at(-1)?.message).toBe('the queue is not JSON')
    await expect(add('two').result).rejects.toThrow('not JSON')
    expect(store.kept.messages).toHaveLength(1)
  })

  test('keeps no more than can be read again', async () => {
    const { begin, add, queue, store } = open()
    begin()
    const most = 'a'.repeat(8 * 1024 * 1024 - 3)
    add(most)
    const refused = add('four').result
    await expect(refused).rejects.toMatchObject({ code: 'queue-full' })
    add('two')
    await settle()
    await expect(queue.edit('id of two', 'four')).rejects.toMatchObject({ code: 'queue-full' })
    expect(store.kept.messages.map(({ text }) => text)).toEqual([most, 'two'])
  })

  test('fails those who wait when the conversation ends', async () => {
    const { begin, add, queue, store } = open()
    begin()
    const sent = add('one')
    await settle()
    const { ConversationError } = await import('@x/agents/conversation')
    queue.end(new ConversationError('closed', 'over'))
    await expect(sent.result).rejects.toMatchObject({ code: 'closed' })
    expect(store.kept.messages).toHaveLength(1)
  })

  test('takes over what somebody who was killed said it would send, also when that came to disk after we had come', async () => {
    const { store, add, begin, end, left } = open()
    begin()
    add('one')
    await settle()
    // What writes for a process outlives it for a moment.
    store.kept = {
      ...store.kept,
      version: store.kept.version + 1,
      leaving: { id: 'id of one', by: 'who is dead' },
    }
    end()
    await settle()
    expect(left).toEqual([])
    await expect.poll(() => left).toMatchObject([{ text: 'one', how: { uncertain: true } }])
    expect(store.kept.messages).toEqual([])
  })

  test('leaves to somebody else what it is about to send', async () => {
    const { store, add, begin, end, left, publish } = open()
    begin()
    add('one')
    await settle()
    const claimed = { ...store.kept, version: store.kept.version + 1 }
    store.kept = { ...claimed, leaving: { id: 'id of one', by: 'who is slow' } }
    end()
    await settle()
    const item = { type: 'user-message', id: 'u', phase: 'done', text: 'one', clientId: 'id of one' } as const
    publish({ type: 'turn-started', turn: { id: 'theirs', status: 'in-progress', items: [] } })
    publish({ type: 'item-completed', turnId: 'theirs', item })
    await new Promise((resolve) => setTimeout(resolve, 60))
    expect(left).toEqual([])
    expect(store.kept.messages).toEqual([])
  })
})
