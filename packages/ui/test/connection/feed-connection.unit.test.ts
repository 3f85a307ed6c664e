import { describe, expect, test } from 'vitest'
import { FeedConnection } from '../../src/connection/feed-connection.ts'
import type { ConnectionStatus, FeedSocket } from '../../src/connection/feed-connection.ts'
import type { Timers } from '../../src/connection/timers.ts'

class FakeTimers implements Timers {
  time = 0
  private waiting: { at: number; run: () => void }[] = []

  now(): number {
    return this.time
  }

  after(ms: number, run: () => void): () => void {
    const entry = { at: this.time + ms, run }
    this.waiting.push(entry)
    return () => {
      this.waiting = this.waiting.filter((one) => one !== entry)
    }
  }

  /** Milliseconds until something is due. */
  next(): number | undefined {
    return this.waiting.length === 0 ? undefined : Math.min(...this.waiting.map(({ at }) => at)) - this.time
  }

  pass(ms: number): void {
    this.time += ms
    const due = this.waiting.filter(({ at }) => at <= this.time)
    this.waiting = this.waiting.filter(({ at }) => at > this.time)
    for (const { run } of due) run()
  }
}

class FakeSocket implements FeedSocket {
  onopen: FeedSocket['onopen'] = null
  onmessage: FeedSocket['onmessage'] = null
  onclose: FeedSocket['onclose'] = null
  left = false

  close(): void {
    this.left = true
  }

  opens(): void {
    this.onopen?.({} as Event)
  }

  says(data: unknown): void {
    this.onmessage?.({ data } as MessageEvent)
  }

  ends(code: number): void {
    this.onclose?.({ code } as CloseEvent)
  }
}

function setUp(random = 0) {
  const timers = new FakeTimers()
  const sockets: FakeSocket[] = []
  const statuses: ConnectionStatus[] = []
  const messages: string[] = []
  let turnedAway = 0
  const connection = new FeedConnection({
    openSocket: () => {
      const socket = new FakeSocket()
      sockets.push(socket)
      return socket
    },
    onMessage: (text) => messages.push(text),
    onStatus: (status) => statuses.push(status),
    onTurnedAway: () => (turnedAway += 1),
    timers,
    random: () => random,
  })
  const last = () => sockets.at(-1)!
  return { timers, sockets, statuses, messages, connection, last, turnedAway: () => turnedAway }
}

describe('FeedConnection', () => {
  test('is live when the socket opens, and hands on what comes', () => {
    const { connection, last, statuses, messages, timers } = setUp()
    connection.open()
    last().opens()
    last().says('one')
    expect(statuses).toEqual([{ state: 'connecting' }, { state: 'live' }])
    expect(messages).toEqual(['one'])
    expect(timers.next()).toBeUndefined()
  })

  test('waits longer after each failure, from a quarter of a second up to five, and says which attempt it is', () => {
    const { connection, last, timers, statuses } = setUp()
    connection.open()
    const waits: (number | undefined)[] = []
    for (let attempt = 0; attempt < 7; attempt += 1) {
      last().ends(1006)
      waits.push(timers.next())
      timers.pass(timers.next() ?? 0)
    }
    expect(waits).toEqual([250, 500, 1000, 2000, 4000, 5000, 5000])
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 7 })
  })

  test('spreads the waits at random', () => {
    const { connection, last, timers } = setUp(0.5)
    connection.open()
    last().ends(1006)
    expect(timers.next()).toBe(375)
  })

  test('begins with short waits again after a good connection, not after one that broke at once', () => {
    const { connection, last, timers, statuses } = setUp()
    connection.open()
    last().ends(1006)
    timers.pass(250)
    last().opens()
    last().ends(1006)
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 2 })
    timers.pass(500)
    last().opens()
    timers.pass(2_000)
    last().ends(1006)
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test('what made sense counts as good at once', () => {
    const { connection, last, statuses, timers } = setUp()
    connection.open()
    last().ends(1006)
    timers.pass(250)
    last().opens()
    connection.confirm()
    last().ends(1006)
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test('tries at once when it is woken while it waits, and only then', () => {
    const { connection, sockets, last } = setUp()
    connection.open()
    connection.wake()
    expect(sockets).toHaveLength(1)
    last().ends(1006)
    connection.wake()
    connection.wake()
    expect(sockets).toHaveLength(2)
  })

  test('ignores a socket that it has left', () => {
    const { connection, sockets, last, messages, statuses } = setUp()
    connection.open()
    const first = last()
    first.opens()
    connection.restart()
    expect(first.left).toBe(true)
    connection.wake()
    last().opens()
    first.says('late')
    first.ends(1006)
    expect(messages).toEqual([])
    expect(sockets).toHaveLength(2)
    expect(statuses.at(-1)).toEqual({ state: 'live' })
  })

  test.each([
    [1000, 'ended'],
    [4401, 'logged-out'],
  ] as const)('close code %i is final: %s', (code, reason) => {
    const { connection, last, statuses, timers, sockets } = setUp()
    connection.open()
    last().opens()
    last().ends(code)
    expect(statuses.at(-1)).toEqual({ state: 'closed', reason })
    expect(timers.next()).toBeUndefined()
    connection.wake()
    connection.restart()
    expect(sockets).toHaveLength(1)
    connection.open()
    expect(sockets).toHaveLength(2)
  })

  test('a session that is not found is asked for again: it may be on its way back', () => {
    const { connection, last, statuses } = setUp()
    connection.open()
    last().opens()
    last().ends(4404)
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test('gives up on an attempt that gets no answer for ten seconds', () => {
    const { connection, last, timers, statuses } = setUp()
    connection.open()
    timers.pass(10_000)
    expect(last().left).toBe(true)
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test('says when an attempt was turned away before it was open', () => {
    const { connection, last, timers, turnedAway } = setUp()
    connection.open()
    last().ends(1006)
    expect(turnedAway()).toBe(1)
    timers.pass(250)
    last().opens()
    last().ends(1006)
    expect(turnedAway()).toBe(1)
  })

  test('bytes in place of text are nonsense', () => {
    const { connection, last, messages, statuses } = setUp()
    connection.open()
    last().opens()
    last().says(new ArrayBuffer(1))
    expect(messages).toEqual([])
    expect(statuses.at(-1)).toEqual({ state: 'reconnecting', attempt: 1 })
  })

  test('close leaves no timer behind', () => {
    const { connection, last, timers, statuses } = setUp()
    connection.open()
    last().ends(1006)
    connection.close()
    expect(timers.next()).toBeUndefined()
    expect(statuses.at(-1)).toEqual({ state: 'closed', reason: 'idle' })
  })
})
