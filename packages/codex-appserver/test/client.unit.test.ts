import { afterEach, describe, expect, test, vi } from 'vitest'
import { connect } from '../src/connect.ts'
import { ConnectionClosedError, RequestTimeoutError, RpcError, type ProtocolError } from '../src/errors.ts'
import { isKnownNotification } from '../src/known-notification.ts'
import { channelPair, type Peer } from './channel-pair.ts'
import { clientInfo, connected, serverInfo, settled } from './connected-client.ts'

/** What the server sees as the number of the request that was made last. */
function lastId(peer: Peer): unknown {
  return peer.received.at(-1)?.['id']
}

async function rejection(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.fail('expected a rejection'),
    (error: unknown) => error,
  )
}

afterEach(() => {
  vi.useRealTimers()
})

describe('connect', () => {
  test('introduces itself, then says that it is initialized', async () => {
    const { client, peer } = await connected({ capabilities: { experimentalApi: true } })
    expect(peer.received).toEqual([
      { id: 1, method: 'initialize', params: { clientInfo, capabilities: { experimentalApi: true } } },
      { method: 'initialized' },
    ])
    expect(client.serverInfo).toEqual(serverInfo)
  })

  test('closes the channel when the server refuses the handshake', async () => {
    const { channel, peer } = channelPair()
    peer.answer = ({ id }) => {
      peer.send({ id, error: { code: -32600, message: 'no' } })
    }
    expect(await rejection(connect(channel, { clientInfo }))).toBeInstanceOf(RpcError)
    expect(await channel.closed).toMatchObject({ reason: 'closed-here' })
  })

  test('gives up the handshake with the reason of its signal, and closes the channel', async () => {
    const { channel } = channelPair()
    const controller = new AbortController()
    const connecting = rejection(connect(channel, { clientInfo, signal: controller.signal }))
    const reason = new Error('changed my mind')
    controller.abort(reason)
    expect(await connecting).toBe(reason)
    expect(await channel.closed).toMatchObject({ reason: 'closed-here' })
  })

  test('has no use for its signal once it is connected', async () => {
    const controller = new AbortController()
    const { client, peer } = await connected({ signal: controller.signal })
    controller.abort()
    const result = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: [] } })
    expect(await result).toEqual({ data: [] })
  })
})

describe('request', () => {
  test('gives each answer to the one who asked, in whatever order they come', async () => {
    const { client, peer } = await connected()
    const one = client.request('thread/loaded/list', {})
    const first = lastId(peer)
    const other = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: ['other'] } })
    peer.send({ id: first, result: { data: ['one'] } })
    expect(await Promise.all([one, other])).toEqual([{ data: ['one'] }, { data: ['other'] }])
  })

  test('rejects with what the server said, without repeating a credential in the message', async () => {
    const { client, peer } = await connected()
    const failing = rejection(client.request('account/logout', undefined))
    peer.send({
      id: lastId(peer),
      error: { code: -32600, message: 'bad key sk-abcdefghijkl', data: { a: 1 } },
    })
    const error = await failing
    expect(error).toBeInstanceOf(RpcError)
    expect(error).toMatchObject({
      code: 'rpc-failed',
      method: 'account/logout',
      rpcCode: -32600,
      data: { a: 1 },
    })
    expect((error as RpcError).message).toBe('bad key [removed] (-32600), in answer to account/logout')
  })

  test('gives up after its time and says nothing of the late answer', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const onProtocolError = vi.fn()
    const { client, peer } = await connected({ onProtocolError })
    const failing = rejection(client.request('thread/loaded/list', {}, { timeoutMs: 50 }))
    vi.advanceTimersByTime(50)
    const error = await failing
    expect(error).toBeInstanceOf(RequestTimeoutError)
    expect(error).toMatchObject({ code: 'request-timeout', method: 'thread/loaded/list', timeoutMs: 50 })
    peer.send({ id: lastId(peer), result: {} })
    expect(onProtocolError).not.toHaveBeenCalled()
    peer.send({ id: lastId(peer), result: {} })
    expect(onProtocolError).toHaveBeenCalledOnce()
  })

  test('waits for the default time, or for ever when told so', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] })
    const { client, peer } = await connected({ defaultTimeoutMs: 10 })
    const patient = client.request('thread/loaded/list', {}, { timeoutMs: Infinity })
    const id = lastId(peer)
    const failing = rejection(client.request('thread/loaded/list', {}))
    vi.advanceTimersByTime(10)
    expect(await failing).toBeInstanceOf(RequestTimeoutError)
    vi.advanceTimersByTime(2 ** 31)
    peer.send({ id, result: { data: [] } })
    expect(await patient).toEqual({ data: [] })
    expect(vi.getTimerCount()).toBe(0)
  })

  test.each([0, -5, Number.NaN])('refuses a time limit of %d before anything is sent', async (timeoutMs) => {
    const { client, peer } = await connected()
    const sent = peer.received.length
    expect(await rejection(client.request('thread/loaded/list', {}, { timeoutMs }))).toBeInstanceOf(TypeError)
    expect(peer.received.length).toBe(sent)
  })

  test('with params that cannot be written as JSON is the mistake of its caller alone', async () => {
    const { client, peer } = await connected()
    expect(
      await rejection(client.requestUntyped('thread/list', { n: 1n }, { timeoutMs: Infinity })),
    ).toBeInstanceOf(TypeError)
    const result = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: [] } })
    expect(await result).toEqual({ data: [] })
  })

  test('rejects with the reason of its signal; the connection goes on', async () => {
    const onProtocolError = vi.fn()
    const { client, peer } = await connected({ onProtocolError })
    const controller = new AbortController()
    const failing = rejection(client.request('thread/loaded/list', {}, { signal: controller.signal }))
    const id = lastId(peer)
    controller.abort('enough')
    expect(await failing).toBe('enough')
    peer.send({ id, result: {} })
    const sent = peer.received.length
    expect(await rejection(client.request('thread/loaded/list', {}, { signal: controller.signal }))).toBe(
      'enough',
    )
    expect(peer.received.length).toBe(sent)
    expect(onProtocolError).not.toHaveBeenCalled()
  })

  test('rejects everything that waits when the link goes, and everything asked after', async () => {
    const { client, peer } = await connected()
    const pending = [client.request('thread/loaded/list', {}), client.request('thread/list', {})].map(
      rejection,
    )
    peer.end()
    for (const error of await Promise.all(pending)) {
      expect(error).toBeInstanceOf(ConnectionClosedError)
      expect(error).toMatchObject({ code: 'connection-closed', reason: 'link-failed' })
    }
    expect(client.signal.reason).toBeInstanceOf(ConnectionClosedError)
    expect(await rejection(client.request('thread/list', {}))).toBeInstanceOf(ConnectionClosedError)
    expect(await client.closed).toMatchObject({ reason: 'link-failed' })
  })
})

describe('notifications', () => {
  test('reach their own listeners and those of all, known or not', async () => {
    const { client, peer } = await connected()
    const seen: string[] = []
    const own = client.onNotification('thread/name/updated', ({ threadId }) => seen.push(`own ${threadId}`))
    client.onAnyNotification((notification) => {
      seen.push(
        isKnownNotification(notification) ? `known ${notification.method}` : `new ${notification.method}`,
      )
    })
    peer.send({ method: 'thread/name/updated', params: { threadId: 't' } })
    own[Symbol.dispose]()
    own[Symbol.dispose]()
    peer.send({ method: 'thread/name/updated', params: { threadId: 't' } })
    peer.send({ method: 'thread/unheardOf', params: {} })
    expect(seen).toEqual([
      'own t',
      'known thread/name/updated',
      'known thread/name/updated',
      'new thread/unheardOf',
    ])
  })

  test('reach the other listeners when one throws', async () => {
    const onListenerError = vi.fn()
    const { client, peer } = await connected({ onListenerError })
    const failure = new Error('mine')
    client.onNotification('thread/closed', () => {
      throw failure
    })
    const other = vi.fn()
    client.onNotification('thread/closed', other)
    peer.send({ method: 'thread/closed', params: { threadId: 't' } })
    expect(other).toHaveBeenCalledOnce()
    expect(onListenerError).toHaveBeenCalledExactlyOnceWith(failure, 'thread/closed')
  })

  test('come after the code that awaited an earlier answer has gone on', async () => {
    const { client, peer } = await connected()
    const seen: string[] = []
    const resume = async (): Promise<void> => {
      const { data } = await client.request('thread/loaded/list', {})
      client.onNotification('item/agentMessage/delta', ({ delta }) => seen.push(`${data.join()} ${delta}`))
    }
    const resumed = (async () => {
      await resume()
      seen.push('resumed')
    })()
    client.onNotification('thread/closed', () => seen.push('before'))
    // All in one turn of the event loop, as one chunk of a socket brings them.
    peer.send({ method: 'thread/closed', params: { threadId: 't' } })
    peer.send({ id: lastId(peer), result: { data: ['t'] } })
    for (const delta of ['1', '2'])
      peer.send({
        method: 'item/agentMessage/delta',
        params: { threadId: 't', turnId: 'u', itemId: 'i', delta },
      })
    expect(seen).toEqual(['before'])
    await resumed
    await settled()
    expect(seen).toEqual(['before', 'resumed', 't 1', 't 2'])
  })

  test('that came before the end are given out before it', async () => {
    const { client, peer } = await connected()
    const seen: string[] = []
    void client.closed.then(() => seen.push('closed'))
    client.onNotification('thread/closed', () => seen.push('notification'))
    const result = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: [] } })
    peer.send({ method: 'thread/closed', params: { threadId: 't' } })
    peer.end()
    await result
    await client.closed
    expect(seen).toEqual(['notification', 'closed'])
  })
})

describe('nonsense from the peer', () => {
  test('is reported and survived', async () => {
    const errors: ProtocolError[] = []
    const { client, peer } = await connected({ onProtocolError: (error) => errors.push(error) })
    peer.sendText('{"half":')
    peer.sendText('[]')
    peer.send({ id: 99, result: {} })
    peer.send({ id: 1, result: {} })
    peer.send({ method: 'thread/closed', params: 'text' })
    expect(errors.map(({ issues }) => issues)).toEqual([
      ['not JSON'],
      ['not a JSON object'],
      ['an answer to nothing that we asked'],
      ['an answer to nothing that we asked'],
      ['a notification "thread/closed" without params'],
    ])
    const result = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: [] } })
    expect(await result).toEqual({ data: [] })
  })

  test('does not end the reading when the one who hears of it throws', async () => {
    const { client, peer } = await connected({
      onProtocolError: () => {
        throw new Error('mine')
      },
    })
    peer.sendText('nonsense')
    const result = client.request('thread/loaded/list', {})
    peer.send({ id: lastId(peer), result: { data: [] } })
    expect(await result).toEqual({ data: [] })
  })
})

describe('close', () => {
  test('resolves every time with the same end and rejects what waits', async () => {
    const { client } = await connected()
    const pending = rejection(client.request('thread/list', {}))
    const ends = await Promise.all([client.close(), client.close(), client.closed])
    expect(ends.map(({ reason }) => reason)).toEqual(['closed-here', 'closed-here', 'closed-here'])
    expect(await pending).toBeInstanceOf(ConnectionClosedError)
    await client[Symbol.asyncDispose]()
  })
})
