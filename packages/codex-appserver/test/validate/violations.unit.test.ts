import { describe, expect, test, vi } from 'vitest'
import { ProtocolError } from '../../src/errors.ts'
import { connected, settled } from '../connected-client.ts'
import { approvalParams } from '../samples.ts'

const approval = 'item/commandExecution/requestApproval'
const secret = 'what the person wrote'

describe('a message that is not what its method says', () => {
  test('is reported and left out when it is a notification, without a word of what it held', async () => {
    const onProtocolError = vi.fn<(error: ProtocolError) => void>()
    const { client, peer } = await connected({ onProtocolError })
    const seen = vi.fn()
    client.onAnyNotification(seen)
    const item = { type: 'userMessage', id: 'i', content: [{ type: 'text', words: secret }] }
    peer.send({
      method: 'item/completed',
      params: { threadId: 't', turnId: 'u', completedAtMs: 0, item, extra: secret },
    })
    expect(seen).not.toHaveBeenCalled()
    const error = onProtocolError.mock.calls[0]?.[0]
    expect(error).toBeInstanceOf(ProtocolError)
    expect(error?.issues).toEqual(['params.item.content[0].text: expected string, got nothing'])
    expect(error?.message).toContain('"item/completed"')
    expect(JSON.stringify([error?.message, error?.line])).not.toContain(secret)
  })

  test('is refused when it is a request of the server', async () => {
    const onProtocolError = vi.fn()
    const { client, peer } = await connected({ onProtocolError })
    const handler = vi.fn()
    client.onRequest(approval, handler)
    peer.send({ id: 7, method: approval, params: { ...approvalParams, turnId: [secret] } })
    await settled()
    expect(handler).not.toHaveBeenCalled()
    expect(onProtocolError).toHaveBeenCalledOnce()
    expect(peer.received.at(-1)).toEqual({
      id: 7,
      error: {
        code: -32602,
        message: `"${approval}" is not what it should be: params.turnId: expected string, got array`,
      },
    })
  })

  test('is not refused by a client that only watches, unless it has a handler', async () => {
    const onProtocolError = vi.fn()
    const { client, peer } = await connected({ onProtocolError, unhandledRequests: 'ignore' })
    const sent = peer.received.length
    peer.send({ id: 1, method: approval, params: {} })
    expect(peer.received.length).toBe(sent)
    client.onRequest(approval, () => ({ decision: 'accept' }))
    peer.send({ id: 2, method: approval, params: {} })
    expect(peer.received.at(-1)).toMatchObject({ id: 2, error: { code: -32602 } })
    expect(onProtocolError).toHaveBeenCalledTimes(2)
  })

  test('rejects the request that it answers, unless it was asked for untyped', async () => {
    const { client, peer } = await connected()
    const typed = client.request('thread/loaded/list', {}).catch((error: unknown) => error)
    const untyped = client.requestUntyped('thread/loaded/list', {})
    for (const { id } of peer.received.slice(-2)) peer.send({ id, result: { data: [secret, 3] } })
    const error = await typed
    expect(error).toBeInstanceOf(ProtocolError)
    expect((error as ProtocolError).issues).toEqual(['result.data[1]: expected string, got number'])
    expect((error as ProtocolError).message).not.toContain(secret)
    expect(await untyped).toEqual({ data: [secret, 3] })
  })
})

describe('what a newer server may say', () => {
  test('is given out: methods, properties, variants and names that nobody knows yet', async () => {
    const onProtocolError = vi.fn()
    const { client, peer } = await connected({ onProtocolError })
    const seen = vi.fn()
    client.onAnyNotification(seen)
    peer.send({ method: 'thread/imagined', params: { any: 1 } })
    for (const item of [
      { type: 'hologram', depth: 3 },
      { type: 'fileChange', id: 'i', changes: [], status: 'dreaming', more: {} },
    ])
      peer.send({
        method: 'item/completed',
        params: { threadId: 't', turnId: 'u', completedAtMs: 0, item, more: 1 },
      })
    expect(seen).toHaveBeenCalledTimes(3)
    expect(onProtocolError).not.toHaveBeenCalled()
  })
})
