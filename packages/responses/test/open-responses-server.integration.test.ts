import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { promisify } from 'node:util'
import * as zlib from 'node:zlib'

import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, describe, expect, test } from 'vitest'

import { openResponsesServer } from '../src/open-responses-server.ts'
import type { ModelStep } from '../src/model-step.ts'
import { scriptedModel, type ScriptedModel } from '../src/scripted-model.ts'
import { collect, postResponses, readEvents, readText, words } from './post-responses.ts'
import { readFixture } from './read-fixture.ts'

afterAll(async () => {
  await expectNoLeaks()
})

const echo = scriptedModel([{ steps: [{ say: 'hello you' }] }])

/** A model that hands out its steps one by one, as the test lets it, and tells how it ended. */
function steppedModel() {
  const gates: (() => void)[] = []
  const ended = withResolvers<unknown>()
  const model: ScriptedModel = {
    async *respond(_request, { signal }): AsyncGenerator<ModelStep> {
      signal.addEventListener('abort', () => ended.resolve(signal.reason), { once: true })
      for (const text of ['one', 'two', 'three']) {
        yield { say: text }
        await new Promise<void>((resolve) => gates.push(resolve))
      }
    },
  }
  return { model, next: () => gates.shift()?.(), ended: ended.promise }
}

function withResolvers<T>(): { readonly promise: Promise<T>; readonly resolve: (value: T) => void } {
  let resolve: (value: T) => void = () => undefined
  const promise = new Promise<T>((resolvePromise) => {
    resolve = resolvePromise
  })
  return { promise, resolve }
}

describe('an answer', () => {
  test('arrives piece by piece while the model is still at it', async () => {
    const { model, next } = steppedModel()
    await using server = await openResponsesServer({ model })
    const events = readEvents(await postResponses(server.url, words('go')))
    const deltas: unknown[] = []
    for await (const event of events) {
      if (event.type === 'response.output_text.delta') deltas.push(event['delta'])
      // Only when the first message was read whole does the model get on with the second.
      if (event.type === 'response.output_item.done') next()
    }
    expect(deltas).toEqual(['one', 'two', 'three'])
  })

  test('ends when the client goes away, and the model hears of it', async () => {
    const { model, ended } = steppedModel()
    await using server = await openResponsesServer({ model })
    const leave = new AbortController()
    const response = await postResponses(server.url, words('go'), { signal: leave.signal })
    const recorded = await server.nextRequest()
    await readEvents(response).next()
    leave.abort()
    expect(await ended).toMatchObject({ message: 'the client went away' })
    expect(recorded.signal.aborted).toBe(true)
  })

  test('does not run ahead of a client', async () => {
    let produced = 0
    const model: ScriptedModel = {
      *respond() {
        for (; produced < 100_000; produced += 1) yield { say: 'x'.repeat(10_000), chunk: 10_000 }
      },
    }
    await using server = await openResponsesServer({ model })
    const body = JSON.stringify(words('go'))
    const socket = connect(server.port, '127.0.0.1')
    socket.write(`POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: ${body.length}\r\n\r\n${body}`)
    const recorded = await server.nextRequest()
    let received = 0
    let ahead = 0
    for await (const chunk of socket) {
      received += (chunk as Buffer).length
      ahead = Math.max(ahead, produced * 10_000 - received)
      if (received > 64 * 1024 * 1024) break
    }
    // What the kernel buffers of both sides take; without back-pressure it would be the whole gigabyte.
    expect(ahead).toBeLessThan(32 * 1024 * 1024)
    if (!recorded.signal.aborted) await once(recorded.signal, 'abort')
  })

  test('comes as one object for a client without a stream', async () => {
    await using server = await openResponsesServer({ model: echo })
    const response = await postResponses(server.url, { ...words('go'), stream: false })
    expect(response.headers.get('content-type')).toBe('application/json')
    expect(await response.json()).toMatchObject({
      status: 'completed',
      output: [{ content: [{ text: 'hello you' }] }],
    })
  })

  test('of a failing model is an HTTP status when nothing was sent yet', async () => {
    await using server = await openResponsesServer({
      model: scriptedModel([{ steps: [{ fail: { status: 503, message: 'come back later' } }] }]),
    })
    const response = await postResponses(server.url, words('go'))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({
      error: { message: 'come back later', type: 'server_error' },
    })
  })

  test('of a model that throws is a failure that says what was thrown', async () => {
    const model: ScriptedModel = {
      *respond() {
        yield { say: 'a' }
        throw new Error('out of ideas')
      },
    }
    await using server = await openResponsesServer({ model })
    const events = await collect(readEvents(await postResponses(server.url, words('go'))))
    expect(events.at(-1)).toMatchObject({
      type: 'response.failed',
      response: { error: { code: 'model_threw', message: expect.stringContaining('out of ideas') } },
    })
  })

  test('that is dropped breaks off after what was said', async () => {
    await using server = await openResponsesServer({
      model: scriptedModel([{ steps: [{ say: 'a' }, { drop: true }] }]),
    })
    const types: string[] = []
    const reading = (async () => {
      for await (const event of readEvents(await postResponses(server.url, words('go'))))
        types.push(event.type)
    })()
    await expect(reading).rejects.toThrow()
    expect(types).toContain('response.output_item.done')
    expect(types).not.toContain('response.completed')
  })
})

describe('who may ask', () => {
  test('only who brings the key', async () => {
    await using server = await openResponsesServer({ model: echo, apiKey: 'secret' })
    for (const headers of [{}, { authorization: 'Bearer wrong' }]) {
      const response = await postResponses(server.url, words('go'), { headers })
      expect(response.status).toBe(401)
      expect(await response.json()).toEqual({
        error: {
          message: 'Incorrect API key provided.',
          type: 'invalid_request_error',
          param: null,
          code: 'invalid_api_key',
        },
      })
    }
    expect(server.requests).toEqual([])
    const response = await postResponses(server.url, words('go'), {
      headers: { authorization: 'Bearer secret' },
    })
    expect(await readText(response)).toBe('hello you')
    expect(server.requests).toMatchObject([{ bearer: 'secret' }])
  })

  test('no web page', async () => {
    await using server = await openResponsesServer({ model: echo })
    const response = await postResponses(server.url, words('go'), { headers: { origin: 'http://localhost' } })
    expect(response.status).toBe(403)
  })

  test('nobody from elsewhere without a key', async () => {
    await expect(openResponsesServer({ host: '0.0.0.0' })).rejects.toThrow(TypeError)
  })
})

describe('what may be asked', () => {
  test.each([
    ['{', 400],
    ['{"model":"m"}', 400],
    [JSON.stringify({ model: 'm', input: [] }), 200],
  ])('%s is answered with %i', async (body, status) => {
    await using server = await openResponsesServer({ model: echo })
    const response = await postResponses(server.url, body)
    expect(response.status).toBe(status)
    if (status !== 200)
      expect(await response.json()).toMatchObject({ error: { type: 'invalid_request_error' } })
    else await response.text()
  })

  test.each([
    ['gzip', promisify(zlib.gzip)],
    ['deflate', promisify(zlib.deflate)],
    ['br', promisify(zlib.brotliCompress)],
  ] as const)('a body in %s', async (encoding, encode) => {
    await using server = await openResponsesServer({ model: echo })
    const body = await (encode as (data: Buffer) => Promise<Buffer>)(Buffer.from(JSON.stringify(words('go'))))
    const response = await postResponses(server.url, body, { headers: { 'content-encoding': encoding } })
    expect(await readText(response)).toBe('hello you')
  })

  test('a body in zstd where this Node can, and a remedy where it cannot', async () => {
    await using server = await openResponsesServer({ model: echo })
    const { zstdCompressSync } = zlib as { zstdCompressSync?: (data: Buffer) => Buffer }
    const plain = Buffer.from(JSON.stringify(words('go')))
    const response = await postResponses(server.url, zstdCompressSync?.(plain) ?? plain, {
      headers: { 'content-encoding': 'zstd' },
    })
    const text = await response.text()
    expect(response.status).toBe(zstdCompressSync === undefined ? 415 : 200)
    expect(text).toContain(zstdCompressSync === undefined ? 'enable_request_compression' : 'hello')
  })

  test('damaged compression is the client’s fault', async () => {
    await using server = await openResponsesServer({ model: echo })
    const response = await postResponses(server.url, 'not gzip', { headers: { 'content-encoding': 'gzip' } })
    expect(response.status).toBe(400)
  })

  test('nothing larger than 64 MiB, packed or not', async () => {
    await using server = await openResponsesServer({ model: echo })
    const large = Buffer.alloc(65 * 1024 * 1024, ' ')
    const plain = await postResponses(server.url, large)
    expect(plain.status).toBe(413)
    const packed = await postResponses(server.url, await promisify(zlib.gzip)(large), {
      headers: { 'content-encoding': 'gzip' },
    })
    expect(packed.status).toBe(413)
  })

  test.each([
    ['GET', '/v1/models?client_version=0.169.0', 200],
    ['GET', '/v1/responses', 405],
    ['POST', '/v1/models', 405],
    ['GET', '/', 404],
    ['GET', '/v1/%72esponses', 404],
  ])('%s %s is answered with %i', async (method, path, status) => {
    await using server = await openResponsesServer({ model: echo })
    const response = await fetch(new URL(path, server.url), { method })
    expect(response.status).toBe(status)
    expect(await response.json()).toMatchObject(status === 200 ? { models: [], data: [] } : { error: {} })
  })

  test('a WebSocket is refused with the status at which Codex posts instead', async () => {
    await using server = await openResponsesServer({ model: echo })
    const socket = connect(server.port, '127.0.0.1')
    socket.write('GET /v1/responses HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')
    const [data] = (await once(socket, 'data')) as [Buffer]
    socket.destroy()
    expect(data.toString()).toMatch(/^HTTP\/1\.1 426 /)
  })

  test('no nonsense on the wire ends the server', async () => {
    await using server = await openResponsesServer({ model: echo })
    for (const nonsense of [
      '\u0000\u0001\r\n\r\n',
      'POST /v1/responses HTTP/1.1\r\nhost: x\r\ncontent-length: 9\r\n\r\n{',
    ]) {
      const socket = connect(server.port, '127.0.0.1')
      socket.on('error', () => undefined)
      socket.end(nonsense)
      socket.resume()
      await once(socket, 'close')
    }
    expect(await readText(await postResponses(server.url, words('go')))).toBe('hello you')
  })
})

describe('the server', () => {
  test('remembers what it was asked and hands it out in order', async () => {
    await using server = await openResponsesServer({ model: echo, keepRequests: 2 })
    const heard: string[] = []
    using _listening = server.on('request', ({ model }) => heard.push(model))
    for (const model of ['a', 'b', 'c'])
      await (await postResponses(server.url, { ...words('go'), model })).text()
    expect(heard).toEqual(['a', 'b', 'c'])
    expect(server.requests.map(({ model }) => model)).toEqual(['b', 'c'])
    expect((await server.nextRequest()).model).toBe('b')
    await (await postResponses(server.url, readFixture('codex-0.169.0'))).text()
    expect([(await server.nextRequest()).model, (await server.nextRequest()).model]).toEqual(['c', 'gpt-5.5'])
  })

  test('a listener that throws harms nobody', async () => {
    await using server = await openResponsesServer({ model: echo })
    using _listening = server.on('request', () => {
      throw new Error('not my day')
    })
    expect(await readText(await postResponses(server.url, words('go')))).toBe('hello you')
  })

  test('a second one on the same port is a typed error', async () => {
    await using server = await openResponsesServer({ model: echo })
    await expect(openResponsesServer({ model: echo, port: server.port })).rejects.toMatchObject({
      name: 'ResponsesError',
      code: 'port-in-use',
      message: `port is taken by another process: 127.0.0.1:${String(server.port)}`,
    })
  })

  test('an address that is not ours is another one', async () => {
    await expect(openResponsesServer({ model: echo, host: '192.0.2.1', apiKey: 'k' })).rejects.toMatchObject({
      code: 'listen-failed',
    })
  })

  test('cuts off its clients when it closes, once, and frees the port', async () => {
    const { model, ended } = steppedModel()
    const server = await openResponsesServer({ model })
    const response = await postResponses(server.url, words('go'))
    const waiting = expect(
      (async () => {
        await server.nextRequest()
        await server.nextRequest()
      })(),
    ).rejects.toMatchObject({ code: 'closed' })
    const reading = expect(response.text()).rejects.toThrow()
    const closed = server.close()
    expect(server.close()).toBe(closed)
    await closed
    expect(await ended).toMatchObject({ code: 'closed' })
    await Promise.all([reading, waiting])
    const again = createServer().listen(server.port, '127.0.0.1')
    await once(again, 'listening')
    again.close()
    await once(again, 'close')
  })

  test('closes with its signal', async () => {
    const stop = new AbortController()
    const server = await openResponsesServer({ model: echo, signal: stop.signal })
    stop.abort()
    await server.close()
    await expect(fetch(`${server.url}/models`)).rejects.toThrow()
    await expect(openResponsesServer({ signal: stop.signal })).rejects.toBe(stop.signal.reason)
  })

  test.each([{ port: -1 }, { port: 1.5 }, { keepRequests: -1 }, { apiKey: '' }])(
    '%j is misuse',
    async (options) => {
      await expect(openResponsesServer(options)).rejects.toThrow(TypeError)
    },
  )
})
