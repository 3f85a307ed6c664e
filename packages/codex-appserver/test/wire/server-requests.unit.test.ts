import { describe, expect, test, vi } from 'vitest'
import { ConnectionClosedError } from '../../src/errors.ts'
import { LEAVE_UNANSWERED } from '../../src/wire/server-requests.ts'
import { connected, settled } from '../connected-client.ts'
import { approvalParams, permissionsParams, toolCallParams } from '../samples.ts'

const approval = 'item/commandExecution/requestApproval'

describe('requests of the server', () => {
  test('are answered with what the handler returns, and an id of any kind', async () => {
    const { client, peer } = await connected()
    client.onRequest(approval, ({ itemId }, { requestId, method }) => {
      expect([itemId, requestId, method]).toEqual(['i', 'q-7', approval])
      return Promise.resolve({ decision: 'accept' })
    })
    peer.send({ id: 'q-7', method: approval, params: approvalParams })
    await settled()
    expect(peer.received.at(-1)).toEqual({ id: 'q-7', result: { decision: 'accept' } })
  })

  test('without a handler get the answer that grants nothing, or are refused by name', async () => {
    const { peer } = await connected()
    peer.send({ id: 0, method: approval, params: approvalParams })
    peer.send({ id: 1, method: 'item/permissions/requestApproval', params: permissionsParams })
    peer.send({ id: 2, method: 'item/tool/call', params: toolCallParams })
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
    peer.send({ id: 0, method: approval, params: approvalParams })
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
    peer.send({ id: 0, method: approval, params: approvalParams })
    peer.send({ id: 1, method: 'attestation/generate', params: {} })
    await settled()
    expect(peer.received.slice(2)).toEqual([
      { id: 0, error: { code: -32603, message: `the client failed to answer "${approval}"` } },
      { id: 1, error: { code: -32603, message: 'the client failed to answer "attestation/generate"' } },
    ])
    expect(onListenerError).toHaveBeenCalledWith(failure, approval)
  })

  test('whose answer cannot be written as JSON get an error', async () => {
    const onListenerError = vi.fn()
    const { client, peer } = await connected({ onListenerError })
    client.onRequest(approval, () => ({ decision: 1n }) as never)
    peer.send({ id: 0, method: approval, params: approvalParams })
    await settled()
    expect(peer.received.at(-1)).toMatchObject({ id: 0, error: { code: -32603 } })
    expect(onListenerError).toHaveBeenCalledExactlyOnceWith(expect.any(TypeError), approval)
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
    peer.send({ id: 0, method: approval, params: approvalParams })
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
    peer.send({ id: 0, method: approval, params: approvalParams })
    peer.send({ id: 0, method: approval, params: approvalParams })
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
    peer.send({ id: 0, method: approval, params: approvalParams })
    await settled()
    peer.send({ id: 0, method: approval, params: approvalParams })
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
    peer.send({ id: 0, method: approval, params: approvalParams })
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
