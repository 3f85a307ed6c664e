import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { MAX_INPUT_MESSAGE } from '../terminals/limits.ts'
import { sendFrames } from './send-frames.ts'

/** Messages that a viewer may send before it is cut off: there is nothing to say here. */
const MAX_INBOUND = 16
const MAX_VIEWERS = 256
/** How long a viewer has to answer our goodbye, in milliseconds. */
const GOODBYE_MS = 2_000

export interface ViewersOptions {
  /** Time between signs of life asked of each viewer, in milliseconds; one that gives none in between is dropped. @default 20_000 */
  readonly pingMs?: number
  readonly onError: (error: unknown) => void
}

export interface Shown {
  /** Hash of the cookie that lets the viewer in. */
  readonly login: string | undefined
  readonly open: (signal: AbortSignal) => AsyncIterable<string>
}

/** Why a viewer is sent away, as a close code and a reason. */
export type Farewell = readonly [code: number, reason: string]

export interface Served {
  /** Hash of the cookie that lets the viewer in. */
  readonly login: string | undefined
  /** Talks with the viewer until there is nothing more to say; never rejects for the socket's sake. */
  readonly serve: (
    socket: WebSocket,
    link: { readonly signal: AbortSignal; readonly onProgress: () => void },
  ) => Promise<Farewell>
}

interface Viewer {
  readonly login: string | undefined
  readonly socket: WebSocket
  readonly gone: AbortController
  alive: boolean
}

/** All WebSockets of the server. Whoever opens it closes it. */
export class Viewers {
  private readonly server = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: 1024,
    clientTracking: false,
  })
  /** For those who have something to say. */
  private readonly talkServer = new WebSocketServer({
    noServer: true,
    perMessageDeflate: false,
    maxPayload: MAX_INPUT_MESSAGE,
    clientTracking: false,
  })
  private readonly viewers = new Set<Viewer>()
  private readonly onError: (error: unknown) => void
  private readonly pinging: ReturnType<typeof setInterval>
  private closing: Promise<void> | undefined

  constructor({ pingMs = 20_000, onError }: ViewersOptions) {
    this.onError = onError
    this.pinging = setInterval(() => this.ping(), pingMs)
    this.pinging.unref()
  }

  /** How many are connected. */
  get count(): number {
    return this.viewers.size
  }

  /** Completes the upgrade only to say why there is nothing to see: a browser can't read a refused upgrade. */
  refuse(request: IncomingMessage, socket: Duplex, head: Buffer, code: number, reason: string): void {
    this.server.handleUpgrade(request, socket, head, (ws) => {
      ws.on('error', () => undefined)
      goodbye(ws, code, reason)
    })
  }

  /** Completes the upgrade and sends what `open` gives; 1000 `ended` when that ends. */
  show(request: IncomingMessage, socket: Duplex, head: Buffer, { login, open }: Shown): void {
    this.admit(this.server, request, socket, head, {
      login,
      serve: async (ws, link) => {
        limitInbound(ws)
        await sendFrames(ws, open(link.signal), link)
        return [1000, 'ended']
      },
    })
  }

  /** Completes the upgrade and lets `serve` talk with the viewer, who gets the farewell that it ends with. */
  talk(request: IncomingMessage, socket: Duplex, head: Buffer, served: Served): void {
    this.admit(this.talkServer, request, socket, head, served)
  }

  private admit(
    server: WebSocketServer,
    request: IncomingMessage,
    socket: Duplex,
    head: Buffer,
    { login, serve }: Served,
  ): void {
    if (this.closing) {
      this.refuse(request, socket, head, 1001, 'going away')
      return
    }
    if (this.viewers.size >= MAX_VIEWERS) {
      this.refuse(request, socket, head, 1013, 'too many viewers')
      return
    }
    server.handleUpgrade(request, socket, head, (ws) => {
      const viewer: Viewer = { login, socket: ws, gone: new AbortController(), alive: true }
      this.viewers.add(viewer)
      ws.on('error', () => undefined) // 'close' follows, and says enough.
      ws.on('close', () => {
        this.viewers.delete(viewer)
        viewer.gone.abort()
      })
      ws.on('pong', () => (viewer.alive = true))
      void this.run(viewer, serve)
    })
  }

  /** Says goodbye with 4401 to whoever came in by one of these logins. */
  dismiss(logins: readonly string[]): void {
    for (const { login, socket, gone } of this.viewers) {
      if (login === undefined || !logins.includes(login)) continue
      goodbye(socket, 4401, 'logged out')
      gone.abort()
    }
  }

  /** Says goodbye to all with 1001. Idempotent. */
  close(): Promise<void> {
    this.closing ??= (async () => {
      clearInterval(this.pinging)
      await Promise.all(
        [...this.viewers].map(async ({ socket, gone }) => {
          const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()))
          goodbye(socket, 1001, 'going away')
          gone.abort()
          await closed
        }),
      )
    })()
    return this.closing
  }

  private async run(viewer: Viewer, serve: Served['serve']): Promise<void> {
    const { socket, gone } = viewer
    try {
      const onProgress = (): void => void (viewer.alive = true)
      const farewell = await serve(socket, { signal: gone.signal, onProgress })
      if (!gone.signal.aborted) goodbye(socket, ...farewell)
    } catch (error) {
      this.onError(error)
      goodbye(socket, 1011, 'failed')
    }
  }

  private ping(): void {
    for (const viewer of this.viewers) {
      if (!viewer.alive) viewer.socket.terminate()
      viewer.alive = false
      if (viewer.socket.readyState === viewer.socket.OPEN) viewer.socket.ping()
    }
  }
}

function limitInbound(socket: WebSocket): void {
  let left = MAX_INBOUND
  socket.on('message', () => {
    left -= 1
    if (left === -1) goodbye(socket, 1008, 'this feed takes no messages')
  })
}

function goodbye(socket: WebSocket, code: number, reason: string): void {
  socket.close(code, reason)
  const timer = setTimeout(() => socket.terminate(), GOODBYE_MS)
  socket.once('close', () => clearTimeout(timer))
}
