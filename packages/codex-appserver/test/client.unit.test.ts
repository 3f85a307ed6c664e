import { afterEach, describe, expect, test, vi } from 'vitest'
import type { AppServerClient } from '../src/client.ts'
import { connect, type ConnectOptions } from '../src/connect.ts'
import { ConnectionClosedError, RequestTimeoutError, RpcError, type ProtocolError } from '../src/errors.ts'
import { isKnownNotification } from '../src/known-notification.ts'
import { LEAVE_UNANSWERED } from '../src/wire/server-requests.ts'
import { channelPair, type Peer } from './channel-pair.ts'

const clientInfo = { name: 'test', version: '1' }
const serverInfo = { userAgent: 'test/0', codexHome: '/h', platformFamily: 'unix', platformOs: 'linux' }
const approval = 'item/commandExecution/requestApproval'

async function connected(
  options: Partial<ConnectOptions> = {},
): Promise<{ client: AppServerClient; peer: Peer }> {
  const { channel, peer } = channelPair()
  peer.answer = ({ id }) => {
    if (id !== undefined) peer.send({ id, result: serverInfo })
  }
  const client = await connect(channel, { clientInfo, ...options })
  peer.answer = () => undefined
  // The answer to the handshake was the last frame of its turn of the loop; the next comes in another.
  await settled()
  return { client, peer }
}

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

async function settled(): Promise<void> {
  await new Promise((resolve) => setImmediate(resolve))
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
      const { thread } = await client.request('thread/resume', { threadId: 't' })
      client.onNotification('item/agentMessage/delta', ({ delta }) => seen.push(`${thread.id} ${delta}`))
    }
    const resumed = (async () => {
      await resume()
      seen.push('resumed')
    })()
    client.onNotification('thread/closed', () => seen.push('before'))
    // All in one turn of the event loop, as one chunk of a socket brings them.
    peer.send({ method: 'thread/closed', params: {} })
    peer.send({ id: lastId(peer), result: { thread: { id: 't' } } })
    for (const delta of ['1', '2']) peer.send({ method: 'item/agentMessage/delta', params: { delta } })
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
    peer.send({ method: 'thread/closed', params: {} })
    peer.end()
    await result
    await client.closed
    expect(seen).toEqual(['notification', 'closed'])
  })
})

describe('requests of the server', () => {
  test('are answered with what the handler returns, and an id of any kind', async () => {
    const { client, peer } = await connected()
    client.onRequest(approval, ({ itemId }, { requestId, method }) => {
      expect([itemId, requestId, method]).toEqual(['i', 'q-7', approval])
      return Promise.resolve({ decision: 'accept' })
    })
    peer.send({ id: 'q-7', method: approval, params: { itemId: 'i' } })
    await settled()
    expect(peer.received.at(-1)).toEqual({ id: 'q-7', result: { decision: 'accept' } })
  })

  test('without a handler get the answer that grants nothing, or are refused by name', async () => {
    const { peer } = await connected()
    peer.send({ id: 0, method: approval, params: {} })
    peer.send({ id: 1, method: 'item/permissions/requestApproval', params: {} })
    peer.send({ id: 2, method: 'item/tool/call', params: { tool: 'look' } })
    peer.send({ id: 3, method: 'attestation/generate', params: {} })
    peer.send({ id: 4, method: 'something/new' })
    peer.send({ id: 5, method: 'constructor', params: {} })
    expect(peer.received.slice(2)).toEqual([
      { id: 0, result: { decision: 'decline' } },
      { id: 1, result: { permissions: {} } },
      {
        id: 2,
        result: {
          success: false,
          contentItems: [{ type: 'inputText', text: '"look" is not supported by this client' }],
        },
      },
      { id: 3, error: { code: -32601, message: '"attestation/generate" is not supported by this client' } },
      { id: 4, error: { code: -32601, message: '"something/new" is not supported by this client' } },
      { id: 5, error: { code: -32601, message: '"constructor" is not supported by this client' } },
    ])
  })

  test('without a handler stay unanswered by a client that only watches', async () => {
    const { peer } = await connected({ unhandledRequests: 'ignore' })
    const sent = peer.received.length
    peer.send({ id: 0, method: approval, params: {} })
    peer.send({ id: 1, method: 'something/new', params: {} })
    await settled()
    expect(peer.received.length).toBe(sent)
  })

  test('whose handler throws or answers nothing get an error that tells no more than that', async () => {
    const onListenerError = vi.fn()
    const { client, peer } = await connected({ onListenerError })
    const failure = new Error('password is hunter2')
    client.onRequest(approval, () => Promise.reject(failure))
    client.onRequest('attestation/generate', () => undefined as never)
    peer.send({ id: 0, method: approval, params: {} })
    peer.send({ id: 1, method: 'attestation/generate', params: {} })
    await settled()
    expect(peer.received.slice(2)).toEqual([
      { id: 0, error: { code: -32603, message: `the client failed to answer "${approval}"` } },
      { id: 1, error: { code: -32603, message: 'the client failed to answer "attestation/generate"' } },
    ])
    expect(onListenerError).toHaveBeenCalledWith(failure, approval)
  })

  test('that another client answered abort the handler, and its own answer is dropped', async () => {
    const { client, peer } = await connected()
    const reasons: unknown[] = []
    client.onRequest(approval, (_params, { signal }) => {
      return new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          reasons.push(signal.reason)
          resolve({ decision: 'accept' })
        })
      })
    })
    const sent = peer.received.length
    peer.send({ id: 0, method: approval, params: {} })
    peer.send({ method: 'serverRequest/resolved', params: { threadId: 't', requestId: 0 } })
    peer.send({ method: 'serverRequest/resolved', params: { threadId: 't', requestId: 0 } })
    await settled()
    expect(reasons).toEqual([expect.objectContaining({ code: 'answered-elsewhere' })])
    expect(peer.received.length).toBe(sent)
  })

  test('that are sent again while a handler has them are not handled twice', async () => {
    const { client, peer } = await connected()
    let decide: (answer: { decision: 'accept' }) => void = () => undefined
    const handler = vi.fn(() => new Promise<{ decision: 'accept' }>((resolve) => (decide = resolve)))
    client.onRequest(approval, handler)
    peer.send({ id: 0, method: approval, params: {} })
    peer.send({ id: 0, method: approval, params: {} })
    decide({ decision: 'accept' })
    await settled()
    expect(handler).toHaveBeenCalledOnce()
    expect(peer.received.slice(2)).toEqual([{ id: 0, result: { decision: 'accept' } }])
  })

  test('that a handler leaves to others are not answered, and handled again when sent again', async () => {
    const { client, peer } = await connected()
    const handler = vi.fn((): typeof LEAVE_UNANSWERED => LEAVE_UNANSWERED)
    client.onRequest(approval, handler)
    const sent = peer.received.length
    peer.send({ id: 0, method: approval, params: {} })
    await settled()
    peer.send({ id: 0, method: approval, params: {} })
    await settled()
    expect(handler).toHaveBeenCalledTimes(2)
    expect(peer.received.length).toBe(sent)
  })

  test('abort with the connection', async () => {
    const { client, peer } = await connected()
    let signal: AbortSignal | undefined
    client.onRequest(approval, (_params, context) => {
      signal = context.signal
      return new Promise(() => undefined)
    })
    peer.send({ id: 0, method: approval, params: {} })
    await client.close()
    expect(signal?.reason).toBeInstanceOf(ConnectionClosedError)
  })

  test('have one handler per method', async () => {
    const { client } = await connected()
    const handling = client.onRequest(approval, () => ({ decision: 'decline' }))
    expect(() => client.onRequest(approval, () => ({ decision: 'decline' }))).toThrow(TypeError)
    handling[Symbol.dispose]()
    client.onRequest(approval, () => ({ decision: 'decline' }))[Symbol.dispose]()
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
