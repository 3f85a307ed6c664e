import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../src/connect.ts'
import { ConnectionClosedError, RequestTimeoutError, RpcError } from '../src/errors.ts'
import { METHOD_TIMEOUTS_MS } from '../src/method-timeouts.ts'
import { CLIENT_METHODS } from '../src/_generated/methods.ts'
import { channelPair, type Peer } from './channel-pair.ts'
import { clientInfo, connected, serverInfo } from './connected-client.ts'

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] })
})

afterEach(() => {
  vi.useRealTimers()
})

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('expected a rejection'),
    (error: unknown) => error,
  )
}

function overloaded(peer: Peer): void {
  peer.answer = ({ id }) => {
    if (id !== undefined) peer.send({ id, error: { code: -32001, message: 'Server overloaded' } })
  }
}

function asked(peer: Peer, method: string): number {
  return peer.received.filter((message) => message['method'] === method).length
}

describe('the time that a request may take', () => {
  test('is that of its method, the one of the call, or the one of the connection', async () => {
    const { client } = await connected({ defaultTimeoutMs: 1_000 })
    const times: [Promise<unknown>, number][] = [
      [client.request('thread/loaded/list', {}), 1_000],
      [client.request('thread/resume', { threadId: 't' }), 120_000],
      [client.request('thread/resume', { threadId: 't' }, { timeoutMs: 5 }), 5],
    ]
    const errors = Promise.all(times.map(([promise]) => rejection(promise)))
    await vi.advanceTimersByTimeAsync(120_000)
    for (const [index, error] of (await errors).entries()) {
      expect(error).toBeInstanceOf(RequestTimeoutError)
      expect(error).toMatchObject({ timeoutMs: times[index]?.[1] })
    }
  })

  test('is longer than the default for every method of the table, and none of them is misspelt', () => {
    expect(
      Object.keys(METHOD_TIMEOUTS_MS).filter((name) => !CLIENT_METHODS.some((one) => one === name)),
    ).toEqual([])
    for (const timeoutMs of Object.values(METHOD_TIMEOUTS_MS)) expect(timeoutMs).toBeGreaterThan(30_000)
  })
})

describe('an overloaded server', () => {
  test('is asked again after growing pauses, and its later answer counts', async () => {
    const { client, peer } = await connected()
    overloaded(peer)
    const result = client.request('thread/loaded/list', {})
    await vi.advanceTimersByTimeAsync(101)
    expect(asked(peer, 'thread/loaded/list')).toBe(2)
    peer.answer = ({ id }) => peer.send({ id, result: { data: ['t'] } })
    await vi.advanceTimersByTimeAsync(201)
    expect(await result).toEqual({ data: ['t'] })
    expect(asked(peer, 'thread/loaded/list')).toBe(3)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('is left alone after six more tries, or when the time of the request would be over', async () => {
    const { client, peer } = await connected()
    overloaded(peer)
    const patient = rejection(client.request('thread/loaded/list', {}, { timeoutMs: Infinity }))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(await patient).toMatchObject({ rpcCode: -32001 })
    expect(asked(peer, 'thread/loaded/list')).toBe(7)
    const hurried = rejection(client.request('thread/list', {}, { timeoutMs: 140 }))
    await vi.advanceTimersByTimeAsync(140)
    expect(await hurried).toBeInstanceOf(RpcError)
    expect(asked(peer, 'thread/list')).toBe(2)
  })

  test('is not asked again for any other refusal', async () => {
    const { client, peer } = await connected()
    peer.answer = ({ id }) => peer.send({ id, error: { code: -32603, message: 'no' } })
    await rejection(client.request('thread/loaded/list', {}))
    await vi.advanceTimersByTimeAsync(60_000)
    expect(asked(peer, 'thread/loaded/list')).toBe(1)
  })

  test('is not waited for when the signal says so, or when the link goes', async () => {
    const { client, peer } = await connected()
    overloaded(peer)
    const controller = new AbortController()
    const cancelled = rejection(client.request('thread/loaded/list', {}, { signal: controller.signal }))
    const cut = rejection(client.request('thread/loaded/list', {}))
    await vi.advanceTimersByTimeAsync(1)
    controller.abort('enough')
    expect(await cancelled).toBe('enough')
    peer.end()
    expect(await cut).toBeInstanceOf(ConnectionClosedError)
    expect(vi.getTimerCount()).toBe(0)
  })

  test('gets what is left of the time when it is asked again', async () => {
    const { client, peer } = await connected()
    overloaded(peer)
    const failing = rejection(client.request('thread/loaded/list', {}, { timeoutMs: 1_000 }))
    await vi.advanceTimersByTimeAsync(0)
    peer.answer = () => undefined
    await vi.advanceTimersByTimeAsync(999)
    let error: unknown
    void failing.then((thrown) => (error = thrown))
    await vi.advanceTimersByTimeAsync(2)
    expect(error).toBeInstanceOf(RequestTimeoutError)
  })
})

describe('a server that does not read', () => {
  /** A client over a channel that keeps every frame until `drain`. */
  async function stuck() {
    const { channel, peer } = channelPair()
    const waiting: (() => void)[] = []
    let isStuck = false
    const send = channel.send.bind(channel)
    channel.send = (text, gone) => {
      send(text)
      if (isStuck && gone) waiting.push(gone)
      else gone?.()
    }
    peer.answer = ({ id }) => {
      if (id !== undefined) peer.send({ id, result: serverInfo })
    }
    const client = await connect(channel, { clientInfo, maxUnsentBytes: 100 })
    peer.answer = () => undefined
    isStuck = true
    const drain = (): void => {
      isStuck = false
      for (const gone of waiting.splice(0)) gone()
    }
    return { client, peer, drain }
  }

  test('makes requests wait for room, in their order', async () => {
    const { client, peer, drain } = await stuck()
    const before = peer.received.length
    const requests = Array.from({ length: 50 }, (_, index) => client.requestUntyped(`x/${String(index)}`, {}))
    expect(peer.received.length - before).toBeLessThan(6)
    peer.answer = ({ id, method }) => peer.send({ id, result: method })
    for (const { id, method } of peer.received.slice(before)) peer.send({ id, result: method })
    drain()
    expect(await Promise.all(requests)).toEqual(requests.map((_, index) => `x/${String(index)}`))
  })

  test('never gets what was cancelled, or came to its time limit, while it waited', async () => {
    const { client, peer, drain } = await stuck()
    void rejection(client.requestUntyped('x/large', { text: 'x'.repeat(200) }))
    const controller = new AbortController()
    const cancelled = rejection(client.requestUntyped('x/cancelled', {}, { signal: controller.signal }))
    const late = rejection(client.requestUntyped('x/late', {}, { timeoutMs: 50 }))
    const wrong = rejection(client.requestUntyped('x/wrong', { n: 1n }))
    void rejection(client.requestUntyped('x/last', {}))
    controller.abort('enough')
    expect(await cancelled).toBe('enough')
    await vi.advanceTimersByTimeAsync(50)
    expect(await late).toBeInstanceOf(RequestTimeoutError)
    drain()
    expect(await wrong).toBeInstanceOf(TypeError)
    expect(peer.received.slice(2).map(({ method }) => method)).toEqual(['x/large', 'x/last'])
    await client.close()
  })
})
