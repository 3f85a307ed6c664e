import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createServer as createHttpServer } from 'node:http'
import { connect as connectSocket, createServer, type Server, type Socket } from 'node:net'
import path from 'node:path'
import { Duplex } from 'node:stream'
import { fileURLToPath } from 'node:url'
import { codexBinary, privateDirectory } from '@x/fixtures'
import { WebSocketServer, type WebSocket } from 'ws'
import { openLineChannel } from '../../src/transport/stdio.ts'
import { openWebSocketChannel } from '../../src/transport/websocket.ts'
import { LineFramer } from '../../src/wire/line-framer.ts'
import type { CodexVersion } from '../start-app-server.ts'
import type { FarEnd, Opened } from './frame-channel-contract.ts'

/** A WebSocket over a unix socket. */
export async function openOverSocket({ keepAliveMs }: { readonly keepAliveMs: number }): Promise<Opened> {
  const place = await openPlace()
  const { first, close } = await listenForWebSocket(place.path)
  const socket = connectSocket(place.path)
  await once(socket, 'connect')
  const [channel, farEnd] = await Promise.all([openWebSocketChannel(socket, { keepAliveMs }), first])
  return {
    channel,
    farEnd,
    async [Symbol.asyncDispose]() {
      await channel.close()
      await close()
      await place[Symbol.asyncDispose]()
    },
  }
}

/** A WebSocket through a real `codex app-server proxy`. */
export async function openOverProxy(
  version: CodexVersion,
  { keepAliveMs }: { readonly keepAliveMs: number },
): Promise<Opened> {
  const place = await openPlace()
  const { first, close } = await listenForWebSocket(place.path)
  const proxy = spawn(codexBinary(version), ['app-server', 'proxy', '--sock', place.path], {
    env: { PATH: '/usr/bin:/bin', HOME: path.dirname(place.path), CODEX_HOME: path.dirname(place.path) },
  })
  const duplex = Duplex.from({ readable: proxy.stdout, writable: proxy.stdin })
  const [channel, farEnd] = await Promise.all([
    openWebSocketChannel(duplex, { keepAliveMs, stderr: proxy.stderr }),
    first,
  ])
  return {
    channel,
    farEnd,
    async [Symbol.asyncDispose]() {
      await channel.close()
      await close()
      await ended(proxy)
      await place[Symbol.asyncDispose]()
    },
  }
}

/** Lines over the stdio of a process. */
export async function openOverStdio(): Promise<Opened> {
  const place = await openPlace()
  const server = createServer()
  server.listen(place.path)
  await once(server, 'listening')
  const relay = fileURLToPath(new URL('../fixtures/relay.mjs', import.meta.url))
  const child = spawn(process.execPath, [relay, place.path], { stdio: ['pipe', 'pipe', 'pipe'] })
  const [socket] = (await once(server, 'connection')) as [Socket]
  const channel = openLineChannel({ readable: child.stdout, writable: child.stdin, stderr: child.stderr })
  return {
    channel,
    farEnd: lineEnd(socket),
    async [Symbol.asyncDispose]() {
      await channel.close()
      socket.destroy()
      await ended(child)
      await closed(server)
      await place[Symbol.asyncDispose]()
    },
  }
}

/** Where a socket may lie: short, and gone afterwards. */
async function openPlace(): Promise<{ readonly path: string } & AsyncDisposable> {
  const directory = await privateDirectory()
  return {
    path: path.join(directory.path, 's'),
    [Symbol.asyncDispose]: () => directory[Symbol.asyncDispose](),
  }
}

async function listenForWebSocket(
  socketPath: string,
): Promise<{ readonly first: Promise<FarEnd>; close(): Promise<void> }> {
  const http = createHttpServer()
  const server = new WebSocketServer({ server: http, maxPayload: 0 })
  http.listen(socketPath)
  await once(http, 'listening')
  return {
    first: once(server, 'connection').then(([socket]) => webSocketEnd(socket as WebSocket)),
    async close() {
      for (const socket of server.clients) socket.terminate()
      await closed(http)
    },
  }
}

function webSocketEnd(socket: WebSocket): FarEnd {
  socket.on('error', () => undefined)
  return {
    send: (text) => {
      socket.send(text)
    },
    sendNonsense: () => {
      socket.send(Buffer.from([0xff, 0x00, 0x0a]))
    },
    onFrame: (listener) => {
      socket.on('message', (data: Buffer) => {
        listener(data.toString('utf8'))
      })
    },
    close: () => {
      socket.close(1000)
    },
    cut: () => {
      socket.terminate()
    },
    pause: () => {
      socket.pause()
    },
    resume: () => {
      socket.resume()
    },
    ended: once(socket, 'close'),
  }
}

function lineEnd(socket: Socket): FarEnd {
  const listeners: ((text: string) => void)[] = []
  const framer = new LineFramer({
    frame: (text) => {
      for (const listener of listeners) listener(text)
    },
    unreadable: () => undefined,
  })
  socket.on('data', (chunk: Buffer) => {
    framer.push(chunk)
  })
  socket.on('error', () => undefined)
  return {
    send: (text) => {
      socket.write(`${text}\n`)
    },
    sendNonsense: () => {
      socket.write(Buffer.from([0xff, 0x00, 0x0a]))
    },
    onFrame: (listener) => {
      listeners.push(listener)
    },
    close: () => {
      socket.end()
    },
    cut: () => {
      socket.destroy()
    },
    pause: () => {
      socket.pause()
    },
    resume: () => {
      socket.resume()
    },
    ended: once(socket, 'close'),
  }
}

async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
}

async function closed(server: Server): Promise<void> {
  server.close()
  await once(server, 'close')
}
