import type { Terminal, TerminalFrame } from '@x/agents/terminal'
import type { RawData, WebSocket } from 'ws'
import type { Farewell } from '../feeds/viewers.ts'
import { toFault } from '../to-fault.ts'
import { TerminalInput } from './terminal-input.ts'
import type { SharedTerminals } from './shared-terminals.ts'
import type { TerminalRequest } from './terminal-request.ts'

/** Bytes that may wait in our process for one viewer, besides the frame that is being sent. */
const MAX_BUFFERED = 64 * 1024

export interface ServeTerminalOptions {
  readonly terminals: SharedTerminals
  readonly asked: TerminalRequest
  /** Aborts when the viewer is gone. */
  readonly signal: AbortSignal
  /** The viewer gives a sign of life. */
  readonly onProgress: () => void
  readonly onError: (error: unknown) => void
}

/**
 * Shows a session's terminal to one viewer, and types what it says. What it says before it sees something is dropped.
 *
 * Resolves with the farewell when there is nothing more to show, or the viewer said what makes no sense.
 */
export async function serveTerminal(socket: WebSocket, options: ServeTerminalOptions): Promise<Farewell> {
  const { terminals, asked, signal, onError } = options
  let use
  try {
    use = await terminals.use(asked.sessionId, asked.size)
  } catch (error) {
    const fault = toFault(error)
    if (fault.status >= 500) onError(error)
    const { message, remedy } = fault
    socket.send(JSON.stringify({ type: 'failed', message, ...(remedy === undefined ? {} : { remedy }) }))
    return [1011, 'failed']
  }
  if (!use) return [4404, 'no such session']
  using held = use
  if (signal.aborted) return [1000, 'ended']
  return await show(socket, held.terminal, options)
}

async function show(
  socket: WebSocket,
  terminal: Terminal,
  { asked, signal, onProgress, onError }: ServeTerminalOptions,
): Promise<Farewell> {
  const leaving = new AbortController()
  let farewell: Farewell = [1000, 'ended']
  using view = terminal.view({ signal: AbortSignal.any([signal, leaving.signal]) })
  const input = new TerminalInput({ terminal, view, mode: asked.mode, onError })
  const hear = (data: RawData, isBinary: boolean): void => {
    onProgress()
    const objection = input.take(data as Buffer, isBinary)
    if (objection === undefined || leaving.signal.aborted) return
    farewell = [1008, objection]
    leaving.abort()
  }
  socket.on('message', hear)
  try {
    for await (const frame of view) {
      if (socket.readyState !== socket.OPEN || leaving.signal.aborted) break
      await send(socket, frame, input)
    }
  } finally {
    socket.off('message', hear)
  }
  return farewell
}

async function send(socket: WebSocket, frame: TerminalFrame, input: TerminalInput): Promise<void> {
  switch (frame.type) {
    case 'screen':
      socket.send(JSON.stringify({ type: 'screen', ...frame.size, bytes: frame.data.length }))
      return sendBytes(socket, frame.data, input)
    case 'output':
      return sendBytes(socket, frame.data, input)
    case 'resized':
      socket.send(JSON.stringify({ type: 'resized', ...frame.size }))
      return
    case 'ended':
      socket.send(JSON.stringify({ type: 'ended', ...frame.exit }))
  }
}

/** Resolves when most of it has left the process, or the socket is gone. */
async function sendBytes(socket: WebSocket, data: Uint8Array, input: TerminalInput): Promise<void> {
  input.sent(data.length)
  const sent = new Promise<void>((resolve) => socket.send(data, { binary: true }, () => resolve()))
  if (socket.bufferedAmount > MAX_BUFFERED) await sent
}
