import type { Duplex, Readable } from 'node:stream'
import type { Socket } from 'node:net'
import { WebSocket, type RawData } from 'ws'
import { anySignal } from '../any-signal.ts'
import { HandshakeError } from '../errors.ts'
import { Ending } from './ending.ts'
import type { ConnectionClosed, FrameChannel, FrameReader } from './frame-channel.ts'
import { StderrTail, withLastWords } from './stderr-tail.ts'

/** How to open the WebSocket; the defaults fit a unix socket on this machine and one at the end of a tunnel. */
export interface WebSocketChannelOptions {
  /** Gives up the opening. It has no effect once the channel is open: close that instead. */
  readonly signal?: AbortSignal
  /** How long the opening may take, in milliseconds. @default 10_000 */
  readonly handshakeTimeoutMs?: number
  /**
   * How often the other side is asked for a sign of life, in milliseconds; any byte is one. After a whole interval
   * without one the channel ends: a tunnel does not tell that what lay behind it died. So a dead peer is noticed
   * after two intervals at most. 0 never asks. @default 20_000
   */
  readonly keepAliveMs?: number
  /**
   * The error output of the process whose stdio the stream is, such as `codex app-server proxy`. It is read to its
   * end, and its last 8 KiB are in `ConnectionClosed.stderr` and in HandshakeError.
   */
  readonly stderr?: Readable
}

/** One message of a turn can hold a whole file; a line of 16 MiB was seen. */
const MAX_PAYLOAD_BYTES = 128 * 1024 * 1024

/** How long the other side may take to answer our closing frame before the stream is cut. */
const CLOSE_WAIT_MS = 1_000

/**
 * Opens a WebSocket over a connected byte stream, of whatever kind: a unix socket, an SSH channel, a child's stdio.
 * Takes the stream over: it is destroyed with the channel, and when opening fails.
 * @throws HandshakeError when the other side does not become a WebSocket in time; the reason of `signal`.
 */
export async function openWebSocketChannel(
  duplex: Duplex,
  options: WebSocketChannelOptions = {},
): Promise<FrameChannel> {
  const { signal, handshakeTimeoutMs = 10_000, keepAliveMs = 20_000 } = options
  const socket = new WebSocket('ws://localhost/', {
    // The type asks for a net.Socket; what is used of it every Duplex has.
    createConnection: () => duplex as unknown as Socket,
    perMessageDeflate: false,
    maxPayload: MAX_PAYLOAD_BYTES,
  })
  // Before anything else: a stream can break between the opening and the code that awaits it.
  const tail = options.stderr ? new StderrTail(options.stderr) : undefined
  const channel = channelOf(socket, duplex, { keepAliveMs, tail })
  const deadline = AbortSignal.timeout(handshakeTimeoutMs)
  try {
    await opened(socket, signal ? anySignal([signal, deadline]) : deadline)
  } catch (cause) {
    socket.terminate()
    duplex.destroy()
    signal?.throwIfAborted()
    const why = deadline.aborted
      ? `no WebSocket within ${String(handshakeTimeoutMs)} ms`
      : 'no WebSocket was opened'
    throw new HandshakeError(why, (await tail?.lastWords()) ?? '', { cause })
  }
  return channel
}

function opened(socket: WebSocket, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const settle = (error?: Error): void => {
      signal.removeEventListener('abort', onAbort)
      if (error === undefined) resolve()
      else reject(error)
    }
    const onAbort = (): void => {
      settle(signal.reason as Error)
    }
    socket.once('error', settle)
    socket.once('close', () => {
      settle(new Error('the stream ended'))
    })
    socket.once('open', () => {
      // Frames that come before the client reads would be lost: they wait in the stream.
      socket.pause()
      settle()
    })
    if (signal.aborted) onAbort()
    else signal.addEventListener('abort', onAbort, { once: true })
  })
}

function channelOf(
  socket: WebSocket,
  duplex: Duplex,
  { keepAliveMs, tail }: { readonly keepAliveMs: number; readonly tail: StderrTail | undefined },
): FrameChannel {
  const ending = new Ending()
  let failure: Error | undefined
  let silenced: ConnectionClosed | undefined
  let closing = false
  const failed = (error: Error): void => {
    failure ??= error
  }
  socket.on('error', failed)
  // The socket reports its own complaints; those of the stream below it swallows.
  duplex.on('error', failed)
  socket.once('close', (code) => {
    void withLastWords(silenced ?? endOf(code, closing, failure), tail).then((closed) => {
      ending.end(closed)
    })
  })
  return {
    closed: ending.closed,
    start: (reader) => {
      const beat = keepAlive(socket, keepAliveMs, () => {
        silenced = { reason: 'keep-alive-timeout', detail: `no sign of life for ${String(keepAliveMs)} ms` }
        socket.terminate()
      })
      read(socket, reader, beat)
      // The parts of a large frame that is long under way are signs of life too.
      duplex.on('data', beat)
      socket.resume()
    },
    send: (text, gone = () => undefined) => {
      if (socket.readyState !== WebSocket.OPEN) gone()
      else
        socket.send(text, () => {
          gone()
        })
    },
    close: () => {
      if (!closing && !ending.ended) {
        closing = true
        closeWithin(socket, CLOSE_WAIT_MS)
      }
      return ending.settled
    },
    [Symbol.asyncDispose]() {
      return this.close()
    },
  }
}

function read(socket: WebSocket, reader: FrameReader, beat: () => void): void {
  socket.on('message', (data: RawData, isBinary) => {
    const text = (data as Buffer).toString('utf8')
    if (isBinary) reader.unreadable(text.slice(0, 1_000), 'a binary frame')
    else reader.frame(text)
  })
  socket.on('pong', beat)
}

/** Asks for a sign of life at every interval; returns what to call when one came. */
function keepAlive(socket: WebSocket, intervalMs: number, onSilence: () => void): () => void {
  if (intervalMs === 0) return () => undefined
  let alive = true
  const timer = setInterval(() => {
    if (alive) {
      alive = false
      socket.ping()
      return
    }
    // After a pause of this process the sign of life may lie unread: it gets its turn before the verdict.
    setImmediate(() => {
      if (!alive) onSilence()
    })
  }, intervalMs)
  timer.unref()
  socket.once('close', () => {
    clearInterval(timer)
  })
  return () => {
    alive = true
  }
}

function closeWithin(socket: WebSocket, waitMs: number): void {
  // Paused, the other side's closing frame would never be read.
  socket.resume()
  socket.close(1000)
  const timer = setTimeout(() => {
    socket.terminate()
  }, waitMs)
  socket.once('close', () => {
    clearTimeout(timer)
  })
}

function endOf(code: number, closing: boolean, cause: Error | undefined): ConnectionClosed {
  if (closing) return { reason: 'closed-here', detail: 'the connection was closed here' }
  const inOrder = code === 1000 || code === 1001
  return {
    reason: inOrder ? 'closed-by-peer' : 'link-failed',
    detail: `the app-server closed the connection (${String(code)})`,
    ...(cause ? { cause } : {}),
  }
}
