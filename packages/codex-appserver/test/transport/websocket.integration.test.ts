import { once } from 'node:events'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import { createServer as createHttpServer } from 'node:http'
import path from 'node:path'
import { Duplex } from 'node:stream'
import { privateDirectory } from '@x/fixtures'
import { expectNoLeaks } from '@x/vitest/leak-guard'
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest'
import { WebSocketServer, type WebSocket } from 'ws'
import type { FrameChannel } from '../../src/transport/frame-channel.ts'
import { openWebSocketChannel } from '../../src/transport/websocket.ts'

afterAll(() => expectNoLeaks())

let directory: Awaited<ReturnType<typeof privateDirectory>>
let socketPath: string
const servers: Server[] = []
const sockets: Socket[] = []

beforeEach(async () => {
  directory = await privateDirectory()
  socketPath = path.join(directory.path, 's')
})

afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy()
  for (const server of servers.splice(0)) {
    server.close()
    await once(server, 'close')
  }
  await directory[Symbol.asyncDispose]()
})

/** A WebSocket server on a unix socket, as the app-server is one; and its first connection. */
async function listen(options: { autoPong?: boolean } = {}): Promise<{ readonly first: Promise<WebSocket> }> {
  const http = createHttpServer()
  const webSockets = new WebSocketServer({ server: http, ...options })
  await bind(http)
  return { first: once(webSockets, 'connection').then(([socket]) => socket as WebSocket) }
}

async function bind(server: Server): Promise<void> {
  servers.push(server)
  server.on('connection', (socket: Socket) => sockets.push(socket))
  server.listen(socketPath)
  await once(server, 'listening')
}

async function dial(): Promise<Socket> {
  const socket = connectSocket(socketPath)
  await once(socket, 'connect')
  return socket
}

/** The next `count` frames, and what was unreadable among them. */
function frames(channel: FrameChannel, count: number): Promise<string[]> {
  const seen: string[] = []
  return new Promise((resolve) => {
    const add = (text: string): void => {
      seen.push(text)
      if (seen.length === count) resolve(seen)
    }
    channel.start({
      frame: add,
      unreadable: (_start, issue) => {
        add(issue)
      },
    })
  })
}

describe('openWebSocketChannel', () => {
  test('carries text both ways over any duplex, not only a socket', async () => {
    const serving = await listen()
    const socket = await dial()
    const duplex = Duplex.from({ readable: socket, writable: socket })
    const [channel, server] = await Promise.all([openWebSocketChannel(duplex), serving.first])
    const received = once(server, 'message')
    channel.send('{"hello":"wörld"}')
    expect(String((await received)[0])).toBe('{"hello":"wörld"}')
    const arriving = frames(channel, 3)
    server.send('one')
    server.send(Buffer.from([1, 2]))
    server.send('two')
    expect(await arriving).toEqual(['one', 'a binary frame', 'two'])
    await channel.close()
  })

  test('keeps what comes before the reading starts', async () => {
    const serving = await listen()
    void serving.first.then((server) => {
      server.send('early')
    })
    const channel = await openWebSocketChannel(await dial())
    await serving.first
    await new Promise((resolve) => setImmediate(resolve))
    expect(await frames(channel, 1)).toEqual(['early'])
    await channel.close()
  })

  test('carries a frame of 20 MiB', async () => {
    const serving = await listen()
    const [channel, server] = await Promise.all([openWebSocketChannel(await dial()), serving.first])
    const arriving = frames(channel, 1)
    server.send('x'.repeat(20 * 1_024 * 1_024))
    expect((await arriving)[0]?.length).toBe(20 * 1_024 * 1_024)
    await channel.close()
  })

  test('tells an orderly end from a cut', async () => {
    for (const [end, expected] of [
      [
        (server: WebSocket) => {
          server.close(1000)
        },
        'closed-by-peer',
      ],
      [
        (server: WebSocket) => {
          server.terminate()
        },
        'link-failed',
      ],
    ] as const) {
      const serving = await listen()
      const socket = await dial()
      const [channel, server] = await Promise.all([openWebSocketChannel(socket), serving.first])
      channel.start({ frame: () => undefined, unreadable: () => undefined })
      end(server)
      expect((await channel.closed).reason).toBe(expected)
      if (!socket.destroyed) await once(socket, 'close')
      servers[0]?.close()
      await once(servers.splice(0)[0] as Server, 'close')
    }
  })

  test('keeps the cause when the stream below breaks', async () => {
    const serving = await listen()
    const socket = await dial()
    const [channel] = await Promise.all([openWebSocketChannel(socket), serving.first])
    const cause = new Error('tunnel gone')
    socket.destroy(cause)
    expect(await channel.closed).toMatchObject({ reason: 'link-failed', cause })
  })

  test('closes even when the other side does not answer', async () => {
    const serving = await listen()
    const socket = await dial()
    const [channel, server] = await Promise.all([openWebSocketChannel(socket), serving.first])
    server.pause()
    await Promise.all([channel.close(), channel.close()])
    expect(await channel.closed).toMatchObject({ reason: 'closed-here' })
    expect(socket.destroyed).toBe(true)
  })

  test('ends when the other side gives no sign of life, and not while it does', async () => {
    const serving = await listen({ autoPong: false })
    const [channel, server] = await Promise.all([
      openWebSocketChannel(await dial(), { keepAliveMs: 40 }),
      serving.first,
    ])
    channel.start({ frame: () => undefined, unreadable: () => undefined })
    let pings = 0
    const alive = new Promise<void>((resolve) => {
      server.on('ping', () => {
        pings += 1
        if (pings <= 3) server.send('a frame is as good as a pong')
        else resolve()
      })
    })
    await alive
    expect((await channel.closed).reason).toBe('keep-alive-timeout')
    expect(pings).toBe(4)
  })

  test('takes the parts of a large frame that is long under way for signs of life', async () => {
    const serving = await listen({ autoPong: false })
    const [channel, server] = await Promise.all([
      openWebSocketChannel(await dial(), { keepAliveMs: 60 }),
      serving.first,
    ])
    const arriving = frames(channel, 1)
    let rounds = 0
    // One piece of the frame for each ping that goes unanswered, many intervals long.
    await new Promise<void>((resolve) => {
      server.on('ping', () => {
        rounds += 1
        server.send('x'.repeat(1_000), { fin: rounds === 6 })
        if (rounds === 6) resolve()
      })
    })
    expect((await arriving)[0]?.length).toBe(6_000)
    await channel.close()
  })

  test('refuses what is no WebSocket, and destroys the stream', async () => {
    await bind(createHttpServer((_request, response) => response.writeHead(404).end()))
    const socket = await dial()
    await expect(openWebSocketChannel(socket)).rejects.toMatchObject({ code: 'handshake-failed' })
    expect(socket.destroyed).toBe(true)
  })

  test('gives up on a stream that says nothing, in time or when told so', async () => {
    await bind(createServer())
    const silent = await dial()
    await expect(openWebSocketChannel(silent, { handshakeTimeoutMs: 30 })).rejects.toMatchObject({
      code: 'handshake-failed',
      message: 'no WebSocket within 30 ms',
    })
    expect(silent.destroyed).toBe(true)
    const reason = new Error('changed my mind')
    const told = await dial()
    await expect(openWebSocketChannel(told, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(told.destroyed).toBe(true)
    const gone = await dial()
    gone.destroy()
    await expect(openWebSocketChannel(gone)).rejects.toMatchObject({ code: 'handshake-failed' })
  })
})
